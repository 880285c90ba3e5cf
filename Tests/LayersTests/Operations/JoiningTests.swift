import Layers
import Tensors
import TestSupport
import Testing

/// Rows side by side and apart again, products, dropout, sums of losses.
struct JoiningTests {
  private let engine = Engine(threads: 2)

  @Test("joined rows and some of their columns, with gradients")
  func joined() throws {
    try withEvery("widths", in: [[1], [3, 2], [16, 1, 20]]) { widths in
      try withEvery("rows", in: [1, 4]) { rows in
        let inputs = widths.enumerated().map { OracleCheck.normal([rows, $1], "joined \($0) \(widths)") }
        let width = widths.reduce(0, +)
        try withEvery("columns", in: [0..<width, 0..<1, width - 1..<width, width / 2..<width]) { columns in
          try OracleCheck.check("joined", inputs: inputs, within: 0) { numbers in
            let rows = (0..<rows).map { row in
              zip(numbers, widths).flatMap { Array($0[row * $1..<(row + 1) * $1]) }
            }
            return [rows.flatMap { $0 }, rows.flatMap { Array($0[columns]) }]
          } build: { tape, inputs, _ in
            let joined = tape.joined(inputs)
            return [joined, tape.columns(columns, of: joined)]
          }
        }
      }
    }
  }

  @Test("products, of two values and of a value with itself")
  func product() throws {
    let (a, b) = (OracleCheck.normal([3, 11], "product a"), OracleCheck.normal([3, 11], "product b"))
    try OracleCheck.check("product", inputs: [a, b]) { numbers in
      [zip(numbers[0], numbers[1]).map { $0 * $1 }, numbers[0].map { $0 * $0 }]
    } build: { tape, inputs, _ in
      [tape.product(inputs[0], inputs[1]), tape.product(inputs[0], inputs[0])]
    }
  }

  @Test("another shape keeps numbers and gradient")
  func reshaped() throws {
    let x = OracleCheck.normal([2, 3, 4], "reshaped")
    try OracleCheck.check("reshaped", inputs: [x]) { numbers in
      [numbers[0].map { $0 * $0 }]
    } build: { tape, inputs, _ in
      let flat = inputs[0].reshaped([24])
      return [tape.product(flat, flat)]
    }
  }

  @Test("dropout: what is kept grows, what is dropped passes no gradient; evaluation changes nothing")
  func dropout() throws {
    let x = OracleCheck.normal([2, 3, 5], "dropout")
    let keep = TestNumbers.whole(30, "dropout keep", in: 0...1).map { $0 == 1 }
    let mask = DropoutMask(keep: keep, probability: 0.2, on: engine)
    try OracleCheck.check("dropout", inputs: [x]) { numbers in
      [zip(numbers[0], keep).map { $1 ? $0 / 0.8 : 0 }]
    } build: { tape, inputs, _ in
      [tape.dropout(inputs[0], mask)]
    }
    let tape = Tape(on: engine, mode: .evaluation)
    let y = tape.dropout(tape.input(engine.tensor(x.values, shape: x.shape)), mask)
    try Agreement.checkSameBits("evaluation", y.tensor.array, x.values)
  }

  @Test("a drawn mask drops the asked share, the same numbers for the same stream")
  func drawnMask() {
    func draw(_ probability: Double) -> [Float] {
      var stream = RandomStream(seed: 7, name: "dropout")
      let mask = DropoutMask(count: 20_000, probability: probability, from: &stream, on: engine)
      let tape = Tape(on: engine, mode: .training)
      return tape.dropout(tape.input(engine.filled([20_000], with: 1)), mask).tensor.array
    }
    #expect(draw(0).allSatisfy { $0 == 1 })
    let half = draw(0.5)
    #expect(abs(half.count { $0 == 0 } - 10_000) < 300 && half.allSatisfy { $0 == 0 || $0 == 2 })
    #expect(draw(0.5) == half)
  }

  @Test("a sum of losses has their weighted value and hands its weight on")
  func sumOfLosses() throws {
    let logits = OracleCheck.normal([3, 4], "sum of losses")
    try OracleCheck.checkLoss("sum", input: logits) {
      0.5 * CrossEntropyOracle.loss($0, classes: 4, labels: [0, 3, 1])
        + 3 * CrossEntropyOracle.loss($0, classes: 4, labels: [2, -1, -1])
    } build: { tape, value in
      tape.sum(of: [
        (tape.crossEntropy(value, labels: [0, 3, 1]), 0.5), (tape.crossEntropy(value, labels: [2, -1, -1]), 3),
      ])
    }
    #expect(Tape(on: engine, mode: .training).sum(of: []).value == 0)
  }
}
