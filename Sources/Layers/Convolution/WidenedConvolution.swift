import Tensors

/// A convolution of maps in bfloat16 on any processor: they are widened, convolved as those in single precision are, and
/// what comes of it is rounded.
struct WidenedConvolution: ConvolutionKernel {
  private let kernel: any ConvolutionKernel
  private let geometry: ConvolutionGeometry
  private let engine: Engine

  /// - Parameter kernel: computes it in single precision.
  init(_ kernel: any ConvolutionKernel, _ geometry: ConvolutionGeometry, on engine: Engine) {
    self.kernel = kernel
    self.geometry = geometry
    self.engine = engine
  }

  func layout(forReuse isReused: Bool) -> PreparedWeight.Layout { .rounded(kernel.layout(forReuse: isReused)) }

  func forward(_ input: Tensor, _ weight: PreparedWeight, into output: Tensor, _ epilogue: Epilogue) {
    let sums = engine.empty(geometry.outputShape)
    kernel.forward(widened(input), weight, into: sums, epilogue)
    Elementwise.convert(sums, into: output, on: engine)
  }

  func dInput(_ dOutput: Tensor, _ weight: Tensor, into dInput: Tensor, accumulate: Bool) {
    let sums = engine.empty(geometry.inputShape)
    kernel.dInput(widened(dOutput), Elementwise.rounded(weight, on: engine), into: sums, accumulate: false)
    Elementwise.convert(sums, into: dInput, accumulate: accumulate, on: engine)
  }

  func dWeight(_ input: Tensor, _ dOutput: Tensor, into dWeight: Tensor, accumulate: Bool) {
    kernel.dWeight(widened(input), widened(dOutput), into: dWeight, accumulate: accumulate)
  }

  private func widened(_ map: Tensor) -> Tensor {
    let wide = engine.empty(map.shape)
    Elementwise.convert(map, into: wide, on: engine)
    return wide
  }
}
