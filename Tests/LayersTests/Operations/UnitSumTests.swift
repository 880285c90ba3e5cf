import Layers
import Tensors
import TestSupport
import Testing

/// Rows whose magnitudes sum to a number, against plain loops.
struct UnitSumTests {
  private let engine = Engine(threads: 2)

  @Test("shapes, weights, both signs, and gradients against finite differences", arguments: [1, 0.25])
  func grid(sum: Double) throws {
    try withEvery("shape", in: [[1, 1], [3, 7], [2, 16], [4, 41]]) { shape in
      let width = shape[1]
      // Away from 0, where the magnitude has a kink.
      let x = TestNumbers.normal(shape[0] * width, "sum \(shape)").map { $0 + ($0 < 0 ? -0.1 : 0.1) }
      try OracleCheck.check("sum", inputs: [(x, shape)]) { numbers in
        [
          numbers[0].indices.map { place in
            let row = numbers[0][place / width * width..<(place / width + 1) * width]
            return sum * numbers[0][place] / row.reduce(0) { $0 + abs($1) }
          }
        ]
      } build: { tape, inputs, _ in
        [tape.unitSum(inputs[0], times: sum)]
      }
    }
  }

  @Test("a row of zeros stays and passes no gradient; a weight of 0 gives zeros; a NaN is not hidden")
  func edges() {
    let result = Differentiated(
      on: engine, inputs: [([0, 0, 1, 3, 0, -2], [3, 2])], cotangents: [[1, 1, 1, 1, 1, 1]]
    ) { tape, inputs, _ in
      [tape.unitSum(inputs[0])]
    }
    #expect(result.outputs[0] == [0, 0, 0.25, 0.75, 0, -1])
    #expect(result.gradients[0].prefix(2) == [0, 0])
    let tape = Tape(on: engine, mode: .evaluation)
    #expect(tape.unitSum(tape.input(engine.tensor([1, 3], shape: [1, 2])), times: 0).tensor.array == [0, 0])
    #expect(tape.unitSum(tape.input(engine.tensor([.nan, 3], shape: [1, 2]))).tensor.array.allSatisfy { $0.isNaN })
    let large = tape.unitSum(tape.input(engine.tensor([3e38, 3e38], shape: [1, 2]))).tensor.array
    #expect(large == [0.5, 0.5], "a sum beyond single precision")
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads("sum", inputs: [OracleCheck.normal([600, 70], "sum threads")]) { tape, inputs, _ in
      [tape.unitSum(inputs[0], times: 0.4)]
    }
  }
}
