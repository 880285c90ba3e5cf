import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Numbers weighed, moved and squashed, against plain loops.
struct WeighedTanhTests {
  private let engine = Engine(threads: 2)

  @Test("shapes, with gradients by input, weight and bias")
  func grid() throws {
    try withEvery("shape", in: [[1, 1], [3, 5], [2, 16], [5, 37]]) { shape in
      let width = shape[1]
      try OracleCheck.check(
        "tanh", inputs: [OracleCheck.normal(shape, "tanh \(shape)", deviation: 0.5)],
        parameters: [
          OracleCheck.normal([width], "weight \(shape)", deviation: 0.5),
          OracleCheck.normal([width], "bias \(shape)", deviation: 0.5),
        ]
      ) { numbers in
        [numbers[0].enumerated().map { tanh($1 * numbers[1][$0 % width] + numbers[2][$0 % width]) }]
      } build: { tape, inputs, parameters in
        [tape.weighedTanh(inputs[0], weight: parameters[0], bias: parameters[1])]
      }
    }
  }

  @Test("from the smallest to the largest numbers, odd, and a NaN stays one")
  func extremes() throws {
    let x: [Float] = [0, 1e-30, 1e-4, 0.3, 5, 50, 1e30, .infinity]
    let store = ParameterStore(on: engine)
    let one = store.parameter("weight", shape: [1], group: .new)
    one.load([1])
    let zero = store.parameter("bias", shape: [1], group: .new)
    func values(_ x: [Float]) -> [Float] {
      let tape = Tape(on: engine, mode: .evaluation)
      return tape.weighedTanh(tape.input(engine.tensor(x, shape: [x.count, 1])), weight: one, bias: zero).tensor.array
    }
    try Agreement.check("tanh", values(x), x.map { tanh(Double($0)) }, within: 2e-7)
    #expect(values(x.map { -$0 }) == values(x).map { -$0 })
    #expect(values([.nan])[0].isNaN)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads(
      "tanh", inputs: [OracleCheck.normal([300, 70], "tanh threads")],
      parameters: [OracleCheck.normal([70], "tanh weight"), OracleCheck.normal([70], "tanh bias")]
    ) { tape, inputs, parameters in
      [tape.weighedTanh(inputs[0], weight: parameters[0], bias: parameters[1])]
    }
  }
}
