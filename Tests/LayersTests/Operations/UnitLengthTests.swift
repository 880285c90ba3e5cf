import Layers
import Tensors
import TestSupport
import Testing

/// Rows scaled to length 1, against plain loops.
struct UnitLengthTests {
  private let engine = Engine(threads: 2)

  private func oracle(_ x: [Double], width: Int, least: Double) -> [Double] {
    x.indices.map { place in
      let row = x[place / width * width..<(place / width + 1) * width]
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > least ? x[place] / length : 0
    }
  }

  @Test("widths, shapes, rows of zeros, and gradients against finite differences")
  func grid() throws {
    try withEvery("shape", in: [[1, 2], [3, 7], [2, 3, 16], [2, 2, 2, 17], [4, 40]]) { shape in
      let width = shape[shape.count - 1]
      let x = OracleCheck.normal(shape, "unit \(shape)")
      try OracleCheck.check("unit", inputs: [x]) {
        [oracle($0[0], width: width, least: 1e-12)]
      } build: { tape, inputs, _ in
        [tape.unitLength(inputs[0])]
      }
    }
  }

  @Test("a short row becomes zero and passes no gradient; one just longer does")
  func short() {
    let x: [Float] = [3, 4, 0, 0, 6e-7, 8e-7, 1.2e-6, 1.6e-6]
    let result = Differentiated(
      on: engine, inputs: [(x, [4, 2])], cotangents: [[Float](repeating: 1, count: 8)]
    ) { tape, inputs, _ in
      [tape.unitLength(inputs[0], least: 1.5e-6)]
    }
    #expect(result.outputs[0].prefix(6).map { ($0 * 10).rounded() / 10 } == [0.6, 0.8, 0, 0, 0, 0])
    #expect(abs(result.outputs[0][6] - 0.6) < 1e-6)
    #expect(result.gradients[0][2..<6].allSatisfy { $0 == 0 })
    #expect(result.gradients[0][6] > 1e4)
  }

  @Test("one number keeps its sign; a number that is none, or too large to square, is not hidden")
  func extremes() {
    let tape = Tape(on: engine, mode: .evaluation)
    let y = tape.unitLength(tape.input(engine.tensor([-7, 0.5, .nan, 1e30], shape: [4, 1]))).tensor.array
    #expect(abs(y[0] + 1) < 1e-6 && abs(y[1] - 1) < 1e-6 && y[2].isNaN && abs(y[3] - 1) < 1e-6)
    let wide = [Float](repeating: 1e30, count: 32)
    let z = tape.unitLength(tape.input(engine.tensor(wide, shape: [1, 32]))).tensor.array
    #expect(z.allSatisfy { abs($0 - 0.17677669) < 1e-6 })
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads("unit", inputs: [OracleCheck.normal([600, 70], "unit threads")]) { tape, inputs, _ in
      [tape.unitLength(inputs[0])]
    }
  }
}
