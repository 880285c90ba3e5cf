import Layers
import TestSupport
import Testing

/// Convolutions with a bias, against plain loops.
struct BiasedConvolutionTests {
  private struct Case: CustomStringConvertible, Sendable {
    let map, channels: (Int, Int)
    let kernel, padding: Int
    let form: ConvolutionForm?
    var description: String { "\(map) \(channels) \(kernel) \(padding)" }
  }

  /// A map that a kernel fills, kernels without padding, and each form.
  private static let cases = [
    Case(map: (3, 3), channels: (2, 5), kernel: 3, padding: 0, form: nil),
    Case(map: (9, 6), channels: (3, 20), kernel: 5, padding: 0, form: .patches),
    Case(map: (6, 5), channels: (16, 16), kernel: 3, padding: 1, form: .winograd),
    Case(map: (4, 3), channels: (5, 17), kernel: 1, padding: 0, form: .direct),
  ]

  @Test("kernels, forms and gradients")
  func grid() throws {
    try withEvery("case", in: Self.cases) { test in
      let oracle = ConvolutionOracle(
        batch: 2, height: test.map.0, width: test.map.1, channels: test.channels.0, filters: test.channels.1,
        kernelHeight: test.kernel, kernelWidth: test.kernel, stride: 1, padding: test.padding)
      try OracleCheck.check(
        "biased", inputs: [OracleCheck.normal([2, test.map.0, test.map.1, test.channels.0], "biased \(test)")],
        parameters: [
          OracleCheck.normal([test.channels.1, test.kernel, test.kernel, test.channels.0], "kernel \(test)"),
          OracleCheck.normal([test.channels.1], "bias \(test)"),
        ], within: 1e-5, gradients: 5e-5
      ) { numbers in
        [oracle.output(numbers[0], numbers[1]).enumerated().map { $1 + numbers[2][$0 % test.channels.1] }]
      } build: { tape, inputs, parameters in
        [
          tape.convolution(
            inputs[0], parameters[0], bias: parameters[1], padding: test.padding, form: test.form)
        ]
      }
    }
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads(
      "biased", inputs: [OracleCheck.normal([8, 40, 16, 3], "biased threads")],
      parameters: [OracleCheck.normal([20, 5, 5, 3], "kernel threads"), OracleCheck.normal([20], "bias threads")]
    ) { tape, inputs, parameters in
      [tape.convolution(inputs[0], parameters[0], bias: parameters[1])]
    }
  }
}
