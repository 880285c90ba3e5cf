import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Softmax, sigmoid and ReLU against plain loops: the exponential of vectors over its whole range.
struct SoftmaxTests {
  private let engine = Engine(threads: 2)

  private func oracle(_ x: [Double], width: Int) -> [Double] {
    x.indices.map { place in
      1 / x[place / width * width..<(place / width + 1) * width].reduce(0) { $0 + exp($1 - x[place]) }
    }
  }

  @Test("widths and shapes, and gradients against finite differences")
  func grid() throws {
    try withEvery("shape", in: [[3, 2], [2, 3, 6], [2, 15], [1, 16], [2, 2, 17], [1, 50]]) { shape in
      try withEvery("deviation", in: [0.1, 1, 4]) { deviation in
        let x = OracleCheck.normal(shape, "softmax \(shape)", deviation: deviation)
        try OracleCheck.check("softmax", inputs: [x]) {
          [oracle($0[0], width: shape[shape.count - 1])]
        } build: { tape, inputs, _ in
          [tape.softmax(inputs[0])]
        }
      }
    }
  }

  @Test("one class has all probability; large numbers neither overflow nor vanish; NaN stays in its row")
  func extremes() {
    let tape = Tape(on: engine, mode: .evaluation)
    func rows(_ values: [Float], width: Int) -> [Float] {
      tape.softmax(tape.input(engine.tensor(values, shape: [values.count / width, width]))).tensor.array
    }
    #expect(rows([-500, 3], width: 1) == [1, 1])
    #expect(rows([1e30, -1e30, 1e30, 1e30], width: 2) == [1, 0, 0.5, 0.5])
    #expect(rows([-1e4, -1e4, 0, -200], width: 2) == [0.5, 0.5, 1, 0])
    let nan = rows([.nan, 1, 0, 0], width: 2)
    #expect(nan[0].isNaN && nan[1].isNaN && nan[2] == 0.5)
  }

  /// Two units in the last place of single precision.
  @Test("the exponential is exact to single precision all over its range")
  func exponential() throws {
    let x = TestNumbers.uniform(4096, "exponential", in: -87...0)
    let tape = Tape(on: engine, mode: .evaluation)
    // A row of x and 0: softmax of x is eˣ/(1 + eˣ).
    let y = tape.softmax(tape.input(engine.tensor(x.flatMap { [$0, 0] }, shape: [4096, 2]))).tensor.array
    for (index, x) in x.enumerated() {
      let expected = exp(Double(x)) / (1 + exp(Double(x)))
      try Agreement.check("eˣ at \(x)", [Double(y[2 * index])], [expected], within: 4e-7)
    }
  }

  @Test("sigmoid: outputs and gradients, in vectors and beside them")
  func sigmoid() throws {
    try withEvery("count", in: [1, 15, 16, 37]) { count in
      let x = OracleCheck.normal([count], "sigmoid \(count)", deviation: 3)
      try OracleCheck.check("sigmoid", inputs: [x]) {
        [$0[0].map { 1 / (1 + exp(-$0)) }]
      } build: { tape, inputs, _ in
        [tape.sigmoid(inputs[0])]
      }
    }
    let tape = Tape(on: engine, mode: .evaluation)
    let ends = tape.sigmoid(tape.input(engine.tensor([-1e4, 1e4, 0, .nan], shape: [4]))).tensor.array
    #expect(ends[0] < 1e-37 && ends[1] == 1 && ends[2] == 0.5 && ends[3].isNaN)
  }

  @Test("ReLU: outputs and gradients, in vectors and beside them")
  func rectified() throws {
    try withEvery("count", in: [1, 15, 16, 37]) { count in
      let x = OracleCheck.normal([count], "rectified \(count)", deviation: 3)
      try OracleCheck.check("rectified", inputs: [x]) {
        [$0[0].map { max($0, 0) }]
      } build: { tape, inputs, _ in
        [tape.rectified(inputs[0])]
      }
    }
    let tape = Tape(on: engine, mode: .evaluation)
    let ends = tape.rectified(tape.input(engine.tensor([-1, 0, .infinity, .nan], shape: [4]))).tensor.array
    #expect(ends[0] == 0 && ends[1] == 0 && ends[2] == .infinity && ends[3].isNaN)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads("softmax", inputs: [OracleCheck.normal([900, 37], "softmax threads")]) {
      tape, inputs, _ in [tape.softmax(tape.sigmoid(inputs[0]))]
    }
  }
}
