import Layers
import Tensors
import TestSupport
import Testing

/// Weighted means over a map, and the strongest of several vectors, against plain loops.
struct WeightedMeansTests {
  private let engine = Engine(threads: 2)

  private static let shapes: [(map: [Int], regions: Int)] = [
    ([1, 1, 1, 1], 1), ([2, 3, 2, 5], 3), ([3, 4, 2, 16], 5), ([2, 1, 7, 35], 2),
  ]

  /// A third of the weights are 0.
  private func weights(_ count: Int, _ name: String) -> [Float] {
    zip(TestNumbers.uniform(count, name, in: -1...1), 0..<count).map { $1 % 3 == 2 ? 0 : $0 }
  }

  @Test("maps, regions and channels, with gradients")
  func means() throws {
    try withEvery("shape", in: Self.shapes) { shape in
      let (batch, places, channels) = (shape.map[0], shape.map[1] * shape.map[2], shape.map[3])
      let weights = weights(batch * places * shape.regions, "weights \(shape)")
      try OracleCheck.check("means", inputs: [OracleCheck.normal(shape.map, "weighed \(shape)")]) { numbers in
        (0..<shape.regions).map { region in
          (0..<batch * channels).map { place in
            let (image, channel) = (place / channels, place % channels)
            return (0..<places).reduce(0.0) { sum, q in
              sum + Double(weights[(image * places + q) * shape.regions + region])
                * numbers[0][(image * places + q) * channels + channel]
            }
          }
        }
      } build: { tape, inputs, _ in
        let shape = Array(shape.map.prefix(3)) + [shape.regions]
        return tape.weightedMeans(inputs[0], weights: tape.engine.tensor(weights, shape: shape))
      }
    }
  }

  @Test("a mean that nobody uses sends nothing back, and one alone sends its own")
  func unused() {
    let x = TestNumbers.normal(2 * 3 * 4, "unused means")
    let weights = TestNumbers.normal(2 * 3 * 2, "unused weights")
    let result = Differentiated(
      on: engine, inputs: [(x, [2, 3, 1, 4])], cotangents: [nil, [Float](repeating: 1, count: 8)]
    ) { tape, inputs, _ in
      tape.weightedMeans(inputs[0], weights: tape.engine.tensor(weights, shape: [2, 3, 1, 2]))
    }
    let expected = (0..<24).map { place in weights[place / 4 * 2 + 1] }
    #expect(result.gradients[0] == expected)
  }

  /// Which of the vectors take part, row by row.
  private static let exists: [[Bool]] = [
    [true, true, false, false], [true, false, true, false], [true, true, true, false],
  ]

  @Test("the strongest of those that exist, with gradients")
  func strongest() throws {
    try withEvery("width", in: [1, 7, 16, 33]) { width in
      let numbers = TestNumbers.distinct(3 * 4 * width, "strongest \(width)")
      let inputs = (0..<3).map { (Array(numbers[$0 * 4 * width..<($0 + 1) * 4 * width]), [4, width]) }
      try OracleCheck.check("strongest", inputs: inputs) { numbers in
        [
          (0..<4 * width).map { place in
            (0..<3).filter { Self.exists[$0][place / width] }.map { numbers[$0][place] }.max() ?? 0
          }
        ]
      } build: { tape, inputs, _ in
        [tape.strongest(of: inputs, exists: Self.exists)]
      }
    }
  }

  @Test("on a tie the first gets the gradient; where none exists the row is 0 and nobody does; a NaN is not hidden")
  func ties() {
    let ones = [Float](repeating: 1, count: 4)
    let result = Differentiated(
      on: engine, inputs: [(ones, [2, 2]), (ones, [2, 2]), ([1, .nan, 0, 0], [2, 2])], cotangents: [[3, 4, 5, 6]]
    ) { tape, inputs, _ in
      [tape.strongest(of: inputs, exists: [[false, false], [true, false], [true, false]])]
    }
    #expect(result.outputs[0][0] == 1 && result.outputs[0][1].isNaN && result.outputs[0][2...] == [0, 0])
    #expect(result.gradients == [[0, 0, 0, 0], [3, 0, 0, 0], [0, 4, 0, 0]])
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let inputs = [OracleCheck.normal([5, 8, 4, 70], "weighed threads")]
    let weights = weights(5 * 32 * 4, "weights threads")
    try OracleCheck.checkThreads("weighed", inputs: inputs) { tape, inputs, _ in
      let means = tape.weightedMeans(inputs[0], weights: tape.engine.tensor(weights, shape: [5, 8, 4, 4]))
      let exists = means.map { _ in [true, false, true, true, true] }
      return [tape.strongest(of: means, exists: exists), means[0]]
    }
  }
}
