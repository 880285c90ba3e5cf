import Tensors

/// One convolution on numbers of its own, for timing its passes one by one.
package struct ConvolutionBench {
  package enum Pass: String, CaseIterable, Sendable {
    case forward
    /// The output as evaluation computes it: with weights that are prepared already, a bias and ReLU.
    case evaluation
    case dataGradient = "data_gradient"
    case weightGradient = "weight_gradient"
  }

  private let geometry: ConvolutionGeometry
  private let engine: Engine
  private let kernel: any ConvolutionKernel
  private let input: Tensor
  private let output: Tensor
  private let weight: Tensor
  private let dWeight: Tensor
  private let prepared: PreparedWeight

  package init(_ geometry: ConvolutionGeometry, form: ConvolutionForm, on engine: Engine) {
    self.geometry = geometry
    self.engine = engine
    kernel = form.kernel(
      for: geometry, in: .suiting(multiplications: geometry.multiplications), on: engine)
    input = engine.filled(geometry.inputShape, with: 0.5)
    output = engine.filled(geometry.outputShape, with: 0.5)
    weight = engine.filled(geometry.weightShape, with: 0.01)
    dWeight = engine.filled(geometry.weightShape)
    let ones = [Double](repeating: 1, count: geometry.filters)
    prepared = PreparedWeight(
      weight, of: geometry, as: kernel.layout(forReuse: true),
      folding: FilterNorm(id: ObjectIdentifier(engine), scale: ones, shift: ones), on: engine)
  }

  package func run(_ pass: Pass) {
    switch pass {
    case .forward: kernel.forward(input, prepared(forReuse: false), into: output, Epilogue())
    case .evaluation: kernel.forward(input, prepared, into: output, Epilogue(bias: prepared.bias, isRectified: true))
    case .dataGradient: kernel.dInput(output, weight, into: input, accumulate: false)
    case .weightGradient: kernel.dWeight(input, output, into: dWeight, accumulate: false)
    }
  }

  private func prepared(forReuse isReused: Bool) -> PreparedWeight {
    PreparedWeight(weight, of: geometry, as: kernel.layout(forReuse: isReused), on: engine)
  }
}
