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

  /// - Parameter precision: what maps are stored as.
  package init(
    _ geometry: ConvolutionGeometry, in precision: Precision, policy: ComputePolicy = .automatic, on engine: Engine
  ) {
    self.geometry = geometry
    self.engine = engine
    kernel = policy.kernel(for: geometry, in: precision, on: engine)
    input = Self.map(geometry.inputShape, as: precision.element, on: engine)
    output = Self.map(geometry.outputShape, as: precision.element, on: engine)
    weight = engine.filled(geometry.weightShape, with: 0.01)
    dWeight = engine.filled(geometry.weightShape)
    let (ones, zeros) = (engine.filled([geometry.filters], with: 1), engine.filled([geometry.filters]))
    prepared = PreparedWeight(
      weight, of: geometry, as: kernel.layout(forReuse: true),
      folding: FilterNorm(
        id: ObjectIdentifier(engine), weight: ones, bias: ones, mean: zeros, variance: ones, epsilon: 0), on: engine)
  }

  private static func map(_ shape: [Int], as element: Tensor.Element, on engine: Engine) -> Tensor {
    let map = engine.filled(shape, with: 0.5)
    guard element == .bfloat16 else { return map }
    let narrow = engine.empty(shape, as: element)
    Elementwise.convert(map, into: narrow, on: engine)
    return narrow
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
