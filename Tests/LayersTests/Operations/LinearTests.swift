import Layers
import Tensors
import TestSupport
import Testing

/// The linear map against plain loops.
struct LinearTests {
  private let engine = Engine(threads: 2)

  /// Numbers for one linear map that is used twice.
  struct Case {
    let rows, inputs, outputs: Int
    let input, weight, bias: [Float]
    let cotangents: [[Float]]
    let hasBias: Bool

    init(_ rows: Int, _ inputs: Int, _ outputs: Int, hasBias: Bool) {
      self.rows = rows
      self.inputs = inputs
      self.outputs = outputs
      self.hasBias = hasBias
      let name = "\(rows) \(inputs) \(outputs)"
      input = TestNumbers.normal(rows * inputs, "linear x \(name)")
      weight = TestNumbers.normal(outputs * inputs, "linear w \(name)")
      bias = TestNumbers.normal(outputs, "linear b \(name)")
      cotangents = (0..<2).map { TestNumbers.normal(rows * outputs, "linear dy \($0) \(name)") }
    }

    var oracle: LinearOracle { LinearOracle(rows: rows, inputs: inputs, outputs: outputs) }
    /// The two uses' gradients add up to the gradient of this.
    var cotangent: [Double] { zip(cotangents[0], cotangents[1]).map { Double($0) + Double($1) } }

    func run(_ accumulation: Accumulation? = nil, on engine: Engine) -> Differentiated {
      Differentiated(
        on: engine, inputs: [(input, [rows, inputs])],
        parameters: [(weight, [outputs, inputs])] + (hasBias ? [(bias, [outputs])] : []), cotangents: cotangents,
        policy: ComputePolicy(accumulation: accumulation)
      ) { tape, values, parameters in
        (0..<2).map { _ in tape.linear(values[0], parameters[0], bias: hasBias ? parameters[1] : nil) }
      }
    }
  }

  @Test("a 1×1 convolution with a bias is a linear map of each place")
  func pointwise() throws {
    let inputs = [OracleCheck.normal([2, 3, 2, 5], "pointwise x")]
    let parameters = [OracleCheck.normal([3, 1, 1, 5], "pointwise w"), OracleCheck.normal([3], "pointwise b")]
    try OracleCheck.check("pointwise", inputs: inputs, parameters: parameters) {
      [LinearOracle(rows: 12, inputs: 5, outputs: 3).output($0[0], $0[1], bias: $0[2])]
    } build: { tape, inputs, parameters in
      let y = tape.pointwise(inputs[0], parameters[0], bias: parameters[1])
      return y.shape == [2, 3, 2, 3] ? [y] : []
    }
  }

  @Test("rows, inputs, outputs, with and without bias")
  func grid() throws {
    try withEvery("rows", in: [1, 2, 33]) { rows in
      try withEvery("inputs", in: [1, 7, 16, 128, 300]) { inputs in
        try withEvery("outputs", in: [1, 5, 64, 257, 751]) { outputs in
          try withEvery("bias", in: [false, true]) { hasBias in
            let test = Case(rows, inputs, outputs, hasBias: hasBias)
            let (x, w) = (test.input.doubles, test.weight.doubles)
            let y = test.oracle.output(x, w, bias: hasBias ? test.bias.doubles : nil)
            let expected = test.oracle.gradients(x, w, test.cotangent)
            try withEvery("accumulation", in: Accumulation.allCases) { accumulation in
              let result = test.run(accumulation, on: engine)
              let tolerance = accumulation == .single ? 1e-5 : 3e-7
              try Agreement.check("y", result.outputs[0], y, within: tolerance)
              try Agreement.check("dx", result.gradients[0], expected.x, within: tolerance)
              try Agreement.check("dw", result.gradients[1], expected.weight, within: tolerance)
              if hasBias { try Agreement.check("db", result.gradients[2], expected.bias, within: 1e-5) }
            }
          }
        }
      }
    }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let test = Case(3, 5, 4, hasBias: true)
    let result = test.run(on: engine)
    let (x, w, b) = (test.input.doubles, test.weight.doubles, test.bias.doubles)
    func total(_ x: [Double], _ w: [Double], _ b: [Double]) -> Double {
      GradientCheck.contraction(test.cotangent, test.oracle.output(x, w, bias: b))
    }
    try GradientCheck.check("dx", result.gradients[0], at: x) { total($0, w, b) }
    try GradientCheck.check("dw", result.gradients[1], at: w) { total(x, $0, b) }
    try GradientCheck.check("db", result.gradients[2], at: b) { total(x, w, $0) }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let test = Case(33, 300, 751, hasBias: true)
    try withEvery("accumulation", in: Accumulation.allCases) { accumulation in
      let results = threadCounts.map { test.run(accumulation, on: Engine(threads: $0)) }
      for (count, result) in zip(threadCounts, results) {
        try result.checkSameBits(as: results[0], "\(count) threads")
      }
    }
  }
}
