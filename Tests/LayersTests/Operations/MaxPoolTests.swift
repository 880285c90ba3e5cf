import Layers
import Tensors
import TestSupport
import Testing

/// Max pooling against plain loops: borders, ties and channels that do not fill vectors.
struct MaxPoolTests {
  private let engine = Engine(threads: 2)

  private func run(
    _ x: [Float], shape: [Int], window: Int, stride: Int, padding: Int, cotangent: [Float], on engine: Engine
  ) -> Differentiated {
    Differentiated(on: engine, inputs: [(x, shape)], cotangents: [cotangent, cotangent]) { tape, inputs, _ in
      // Twice, so that the second use adds its gradient to the first one's.
      (0..<2).map { _ in tape.maxPool(inputs[0], window: window, stride: stride, padding: padding) }
    }
  }

  private func oracle(_ shape: [Int], window: Int, stride: Int, padding: Int) -> MaxPoolOracle {
    MaxPoolOracle(
      batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], rows: window, columns: window,
      stride: stride, padding: padding)
  }

  /// All that is added is one cotangent at a time, so values and gradients are exact or rounded once per addition.
  @Test("windows, strides, paddings, maps, channels; ties by the first place")
  func grid() throws {
    try withEvery("window", in: [1, 2, 3, 5]) { window in
      try withEvery("stride", in: 1...3) { stride in
        try withEvery("padding", in: 0...window / 2) { padding in
          try withEvery("map", in: [(1, 1), (2, 3), (5, 7), (8, 4), (9, 13)]) { map in
            guard map.0 + 2 * padding >= window && map.1 + 2 * padding >= window else { return }
            try withEvery("channels", in: [1, 8, 16, 19, 32]) { channels in
              try withEvery("ties", in: [false, true]) { ties in
                let shape = [2, map.0, map.1, channels]
                let count = shape.reduce(1, *)
                let x =
                  ties
                  ? TestNumbers.whole(count, "pool", in: -1...1).map(Float.init) : TestNumbers.distinct(count, "pool")
                let oracle = oracle(shape, window: window, stride: stride, padding: padding)
                let cotangent = TestNumbers.normal(oracle.outputShape.reduce(1, *), "pool dy")
                let result = run(
                  x, shape: shape, window: window, stride: stride, padding: padding, cotangent: cotangent, on: engine)
                try Agreement.check("y", result.outputs[0], oracle.output(x.doubles), within: 0)
                let expected = oracle.dInput(x.doubles, cotangent.doubles).map { 2 * $0 }
                try Agreement.check("dx", result.gradients[0], expected, within: 1e-6)
              }
            }
          }
        }
      }
    }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let shape = [1, 5, 6, 3]
    let x = TestNumbers.distinct(90, "pool differences")
    let oracle = oracle(shape, window: 3, stride: 2, padding: 1)
    let cotangent = TestNumbers.normal(oracle.outputShape.reduce(1, *), "pool differences dy")
    let result = run(x, shape: shape, window: 3, stride: 2, padding: 1, cotangent: cotangent, on: engine)
    try GradientCheck.check("dx", result.gradients[0], at: x.doubles) {
      2 * GradientCheck.contraction(cotangent.doubles, oracle.output($0))
    }
  }

  @Test("windows that are not square, a single column, and rows that fill no window")
  func rectangles() throws {
    try withEvery("window", in: [(2, 1), (1, 2), (3, 2)]) { window in
      try withEvery("map", in: [(3, 2), (5, 1), (7, 4)]) { map in
        guard map.0 >= window.0 && map.1 >= window.1 else { return }
        try withEvery("channels", in: [1, 16, 20]) { channels in
          let shape = [2, map.0, map.1, channels]
          let oracle = MaxPoolOracle(
            batch: 2, height: map.0, width: map.1, channels: channels, rows: window.0, columns: window.1, stride: 2,
            padding: 0)
          let x = TestNumbers.distinct(shape.reduce(1, *), "rectangles")
          let cotangent = TestNumbers.normal(oracle.outputShape.reduce(1, *), "rectangles dy")
          let result = Differentiated(on: engine, inputs: [(x, shape)], cotangents: [cotangent]) { tape, inputs, _ in
            let y = tape.maxPool(inputs[0], rows: window.0, columns: window.1, stride: 2, padding: 0)
            #expect(y.shape == oracle.outputShape)
            return [y]
          }
          try Agreement.check("y", result.outputs[0], oracle.output(x.doubles), within: 0)
          try Agreement.check("dx", result.gradients[0], oracle.dInput(x.doubles, cotangent.doubles), within: 1e-6)
        }
      }
    }
  }

  /// Padding is not a zero that could win.
  @Test("a map of negative numbers keeps them at its border")
  func negative() {
    let tape = Tape(on: engine, mode: .evaluation)
    let x = tape.input(engine.tensor([-4, -3, -2, -1], shape: [1, 2, 2, 1]))
    let y = tape.maxPool(x, window: 3, stride: 2, padding: 1)
    #expect(y.shape == [1, 1, 1, 1])
    #expect(y.tensor.array == [-1])
  }

  @Test("one value everywhere sends its gradient to each window's first place")
  func allTied() throws {
    let x = [Float](repeating: 2, count: 16 * 17)
    let result = Differentiated(
      on: engine, inputs: [(x, [1, 4, 4, 17])], cotangents: [[Float](repeating: 1, count: 4 * 17)]
    ) { tape, inputs, _ in
      [tape.maxPool(inputs[0], window: 2, stride: 2, padding: 0)]
    }
    let expected = (0..<16).flatMap { place in
      [Double](repeating: place / 4 % 2 == 0 && place % 2 == 0 ? 1 : 0, count: 17)
    }
    try Agreement.check("dx", result.gradients[0], expected, within: 0)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let shape = [3, 33, 17, 40]
    let x = TestNumbers.normal(shape.reduce(1, *), "pool threads")
    let count = oracle(shape, window: 3, stride: 2, padding: 1).outputShape.reduce(1, *)
    let cotangent = TestNumbers.normal(count, "pool threads dy")
    let results = threadCounts.map {
      run(x, shape: shape, window: 3, stride: 2, padding: 1, cotangent: cotangent, on: Engine(threads: $0))
    }
    for (count, result) in zip(threadCounts, results) {
      try result.checkSameBits(as: results[0], "\(count) threads")
    }
  }
}
