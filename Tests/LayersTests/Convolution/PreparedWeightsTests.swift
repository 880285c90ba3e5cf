import Layers
import Tensors
import TestSupport
import Testing

/// Evaluation with weights that are prepared once, against plain loops.
struct PreparedWeightsTests {
  private static let geometries = [
    // 1×1: more than a block of rows and a rest; rows 4 KiB apart; one panel and a half, which panels do not take.
    ConvolutionGeometry(
      batch: 2, height: 7, width: 9, channels: 24, filters: 64, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 1, height: 7, width: 9, channels: 1024, filters: 32, kernelHeight: 1, kernelWidth: 1),
    ConvolutionGeometry(
      batch: 1, height: 5, width: 4, channels: 16, filters: 48, kernelHeight: 1, kernelWidth: 1),
    // Patches, with stride and without.
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 3, filters: 32, kernelHeight: 7, kernelWidth: 7, stride: 2, padding: 3),
    ConvolutionGeometry(
      batch: 2, height: 9, width: 7, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, stride: 2, padding: 1),
    // Patches and Winograd.
    ConvolutionGeometry(
      batch: 2, height: 8, width: 6, channels: 16, filters: 32, kernelHeight: 3, kernelWidth: 3, padding: 1),
  ]

  @Test("every form, on one thread and three, in the first pass and the next")
  func agreement() throws {
    try withEvery("sizes", in: Self.geometries) { geometry in
      let example = ConvolutionCase(geometry)
      let expected = example.oracle.output(example.input.doubles, example.weight.doubles)
      try withEvery("policy", in: example.policies) { policy in
        let runs = [1, 3].flatMap { evaluate(example, policy, on: Engine(threads: $0)) }
        try Agreement.check("y", runs[0], expected, within: policy.tolerance)
        for run in runs.dropFirst() { try Agreement.checkSameBits("y again", run, runs[0]) }
      }
    }
  }

  @Test("weights in several layouts are kept apart")
  func layouts() throws {
    let engine = Engine(threads: 1)
    let example = ConvolutionCase(Self.geometries[5])
    let expected = example.oracle.output(example.input.doubles, example.weight.doubles)
    let weights = PreparedWeights()
    let parameter = example.parameter(on: engine)
    for policy in example.policies + example.policies {
      let tape = Tape(on: engine, mode: .evaluation, policy: policy, weights: weights)
      let y = tape.convolution(
        tape.input(engine.tensor(example.input, shape: example.geometry.inputShape)), parameter,
        padding: example.geometry.padding)
      try Agreement.check("\(policy)", y.tensor.array, expected, within: policy.tolerance)
    }
  }

  /// Two passes with the same prepared weights.
  private func evaluate(_ example: ConvolutionCase, _ policy: ComputePolicy, on engine: Engine) -> [[Float]] {
    let weights = PreparedWeights()
    let parameter = example.parameter(on: engine)
    return (0..<2).map { _ in
      engine.poison([example.geometry.outputShape])
      let tape = Tape(on: engine, mode: .evaluation, policy: policy, weights: weights)
      let input = tape.input(engine.tensor(example.input, shape: example.geometry.inputShape))
      return tape.convolution(
        input, parameter, stride: example.geometry.stride, padding: example.geometry.padding
      ).tensor.array
    }
  }
}

extension ConvolutionCase {
  fileprivate func parameter(on engine: Engine) -> Parameter {
    let parameter = ParameterStore(on: engine).parameter("w", shape: geometry.weightShape, group: .new)
    _ = parameter.value.values.update(fromContentsOf: weight)
    return parameter
  }
}
