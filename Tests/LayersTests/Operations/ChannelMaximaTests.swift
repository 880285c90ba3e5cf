import Layers
import Tensors
import TestSupport
import Testing

/// The largest value of each channel of a map, and where it is, against plain loops.
struct ChannelMaximaTests {
  private let engine = Engine(threads: 2)

  /// For each image and channel the place of the first maximum.
  private func winners(_ x: [Double], _ shape: [Int]) -> [Int] {
    let places = shape[1] * shape[2]
    return (0..<shape[0]).flatMap { n in
      (0..<shape[3]).map { c in
        var best = 0
        for p in 0..<places
        where x[(n * places + p) * shape[3] + c] > x[(n * places + best) * shape[3] + c] { best = p }
        return (n * places + best) * shape[3] + c
      }
    }
  }

  @Test("maps, channels, ties by the first place, and gradients against finite differences")
  func grid() throws {
    try withEvery("map", in: [(1, 1), (1, 5), (4, 3), (7, 2)]) { map in
      try withEvery("channels", in: [1, 2, 15, 16, 17, 40]) { channels in
        let shape = [2, map.0, map.1, channels]
        let x = TestNumbers.distinct(shape.reduce(1, *), "maxima \(map) \(channels)")
        try OracleCheck.check("maxima", inputs: [(x, shape)], within: 0) { numbers in
          [winners(numbers[0], shape).map { numbers[0][$0] }]
        } build: { tape, inputs, _ in
          [tape.channelMaxima(inputs[0])]
        }
        let tied = TestNumbers.whole(shape.reduce(1, *), "maxima tied", in: -1...1).map(Float.init)
        let cotangent = TestNumbers.normal(2 * channels, "maxima tied dy")
        let result = Differentiated(on: engine, inputs: [(tied, shape)], cotangents: [cotangent]) { tape, inputs, _ in
          [tape.channelMaxima(inputs[0])]
        }
        var expected = [Double](repeating: 0, count: tied.count)
        for (index, place) in winners(tied.doubles, shape).enumerated() { expected[place] = Double(cotangent[index]) }
        try Agreement.check("tied dx", result.gradients[0], expected, within: 0)
      }
    }
  }

  @Test("peaks: the first maximum; none where a channel is nowhere above zero or not a number")
  func peaks() {
    // Channels: rising, tied, all zero, negative, NaN in the middle.
    let values: [[Float]] = [[0, 1, 2, 3], [5, 1, 5, 5], [0, 0, 0, 0], [-3, -1, -2, -1], [1, .nan, 9, 0]]
    let x = (0..<4).flatMap { place in values.map { $0[place] } }
    let peaks = ChannelMaxima(of: engine.tensor(x, shape: [1, 2, 2, 5]), on: engine).peaks[0]
    #expect(peaks.map { $0.map { [$0.row, $0.column] } } == [[1, 1], [0, 0], nil, nil, nil])
  }

  @Test("a NaN is not hidden, in vectors and beside them", arguments: [3, 16, 20])
  func notANumber(channels: Int) {
    var x = [Float](repeating: 1, count: 4 * channels)
    x[2 * channels + channels - 1] = .nan
    x[0] = .nan
    let tape = Tape(on: engine, mode: .evaluation)
    let y = tape.channelMaxima(tape.input(engine.tensor(x, shape: [1, 4, 1, channels]))).tensor.array
    #expect(y.map(\.isNaN) == (0..<channels).map { $0 == 0 || $0 == channels - 1 })
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads("maxima", inputs: [OracleCheck.normal([5, 9, 7, 70], "maxima threads")]) {
      tape, inputs, _ in [tape.channelMaxima(inputs[0])]
    }
  }
}
