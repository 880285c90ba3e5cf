import Layers
import Tensors
import TestSupport

/// One convolution's sizes with numbers for its input, its weights and the gradients of two uses.
struct ConvolutionCase {
  let geometry: ConvolutionGeometry
  let input: [Float]
  let weight: [Float]
  let cotangents: [[Float]]

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    let name = "\(geometry) \(geometry.padding) \(geometry.kernelWidth)"
    input = TestNumbers.normal(geometry.inputShape.reduce(1, *), "x \(name)")
    weight = TestNumbers.normal(geometry.weightShape.reduce(1, *), "w \(name)", deviation: 0.5)
    cotangents = (0..<2).map { TestNumbers.normal(geometry.outputShape.reduce(1, *), "dy \($0) \(name)") }
  }

  var oracle: ConvolutionOracle {
    ConvolutionOracle(
      batch: geometry.batch, height: geometry.height, width: geometry.width, channels: geometry.channels,
      filters: geometry.filters, kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth,
      stride: geometry.stride, padding: geometry.padding)
  }

  /// Runs the convolution twice over the same input and weights, so that the second use's gradients are added to the
  /// first's; reverse order makes the last use the first to write.
  func run(_ policy: ComputePolicy, on engine: Engine) -> Differentiated {
    engine.poison([geometry.outputShape, geometry.outputShape])
    return Differentiated(
      on: engine, inputs: [(input, geometry.inputShape)], parameters: [(weight, geometry.weightShape)],
      cotangents: cotangents, policy: policy
    ) { tape, inputs, parameters in
      (0..<2).map { _ in
        tape.convolution(inputs[0], parameters[0], stride: geometry.stride, padding: geometry.padding)
      }
    }
  }

  /// Every way in which these sizes can be computed. Winograd's sums are always single.
  var policies: [ComputePolicy] {
    ConvolutionForm.allCases.filter { $0.supports(geometry) }.flatMap { form in
      (form == .winograd ? [.single] : Accumulation.allCases).map { ComputePolicy(form: form, accumulation: $0) }
    }
  }

  /// Holds every form that can compute these sizes against the plain loops, in full.
  func check(forms: [ConvolutionForm] = ConvolutionForm.allCases, on engine: Engine) throws {
    let oracle = oracle
    let y = oracle.output(input.doubles, weight.doubles)
    // The gradients are linear in dy, so the two uses' sum is the gradient of the summed cotangents.
    let dy = zip(cotangents[0], cotangents[1]).map { Double($0) + Double($1) }
    let dx = oracle.dInput(dy, weight.doubles)
    let dw = oracle.dWeight(input.doubles, dy)
    try withEvery("policy", in: policies.filter { $0.form.map(forms.contains) ?? false }) { policy in
      let tolerance = policy.tolerance
      let result = run(policy, on: engine)
      try Agreement.check("y", result.outputs[0], y, within: tolerance)
      try Agreement.checkSameBits("the second y", result.outputs[1], result.outputs[0])
      try Agreement.check("dx", result.gradients[0], dx, within: tolerance)
      try Agreement.check("dw", result.gradients[1], dw, within: tolerance)
    }
  }
}

extension ComputePolicy {
  /// What single precision leaves of sums of some thousand products, relative to the largest; Winograd's transforms
  /// cost another digit (engine notes, 4). Sums in double are rounded once, but for the few slices of a weight gradient.
  var tolerance: Double {
    switch (form, accumulation) {
    case (.winograd, _): 5e-5
    case (_, .double): 3e-7
    default: 1e-5
    }
  }
}
