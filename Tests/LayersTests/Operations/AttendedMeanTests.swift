import Layers
import Tensors
import TestSupport
import Testing

/// The average under an attention map against plain loops.
struct AttendedMeanTests {
  private let engine = Engine(threads: 2)

  /// A map with zeros in it, as the threshold leaves them.
  private static func map(_ count: Int) -> [Float] {
    TestNumbers.uniform(count, "attention map", in: 0...1).map { $0 < 0.4 ? 0 : $0 }
  }

  private func run(
    _ x: [Float], shape: [Int], map: [Float], cotangents: [[Float]], on engine: Engine
  ) -> Differentiated {
    Differentiated(on: engine, inputs: [(x, shape)], cotangents: cotangents) { tape, inputs, _ in
      cotangents.map { _ in
        tape.attendedMean(inputs[0], map: engine.tensor(map, shape: Array(shape[0..<3])))
      }
    }
  }

  @Test("maps, channels and shared inputs")
  func grid() throws {
    try withEvery("map", in: [(1, 1), (2, 3), (5, 7), (24, 8)]) { size in
      try withEvery("channels", in: [1, 8, 16, 21, 64]) { channels in
        try withEvery("uses", in: [1, 2]) { uses in
          let shape = [2, size.0, size.1, channels]
          let x = TestNumbers.normal(shape.reduce(1, *), "attended \(shape)")
          let map = Self.map(2 * size.0 * size.1)
          let cotangents = (0..<uses).map { TestNumbers.normal(2 * channels, "attended dy \($0)") }
          let result = run(x, shape: shape, map: map, cotangents: cotangents, on: engine)
          let oracle = AttendedMeanOracle(batch: 2, positions: size.0 * size.1, channels: channels)
          try Agreement.check("y", result.outputs[0], oracle.output(x.doubles, map: map.doubles), within: 2e-6)
          let dy = (0..<2 * channels).map { place in cotangents.reduce(0) { $0 + Double($1[place]) } }
          try Agreement.check("dx", result.gradients[0], oracle.dInput(dy, map: map.doubles), within: 2e-6)
        }
      }
    }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let shape = [2, 3, 2, 5]
    let x = TestNumbers.normal(60, "attended differences")
    let map = Self.map(12)
    let cotangent = TestNumbers.normal(10, "attended differences dy")
    let result = run(x, shape: shape, map: map, cotangents: [cotangent], on: engine)
    let oracle = AttendedMeanOracle(batch: 2, positions: 6, channels: 5)
    try GradientCheck.check("dx", result.gradients[0], at: x.doubles) {
      GradientCheck.contraction(cotangent.doubles, oracle.output($0, map: map.doubles))
    }
  }

  @Test("a map of zeros gives zeros and sends none but zeros back")
  func darkness() {
    let x = TestNumbers.normal(2 * 6 * 17, "dark")
    let result = run(
      x, shape: [2, 3, 2, 17], map: [Float](repeating: 0, count: 12), cotangents: [[Float](repeating: 1, count: 34)],
      on: engine)
    #expect(result.outputs[0] == [Float](repeating: 0, count: 34))
    #expect(result.gradients[0] == [Float](repeating: 0, count: x.count))
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let shape = [3, 24, 8, 72]
    let x = TestNumbers.normal(shape.reduce(1, *), "attended threads")
    let cotangents = [TestNumbers.normal(3 * 72, "attended threads dy")]
    let results = threadCounts.map {
      run(x, shape: shape, map: Self.map(3 * 24 * 8), cotangents: cotangents, on: Engine(threads: $0))
    }
    for (count, result) in zip(threadCounts, results) {
      try result.checkSameBits(as: results[0], "\(count) threads")
    }
  }
}
