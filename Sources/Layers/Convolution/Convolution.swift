import Tensors

extension Tape {
  /// The convolution of a feature map with trainable kernels.
  ///
  ///     y[n,h,w,k] = Σ_rsc x[n, h·stride + r − padding, w·stride + s − padding, c] · weight[k,r,s,c]
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - weight: `[K, R, S, C]`.
  ///   - form: how it is computed; by default what the tape's policy says.
  /// - Returns: `[N, H', W', K]` with `H' = (H + 2·padding − R) / stride + 1`.
  public func convolution(
    _ input: Value, _ weight: Parameter, stride: Int = 1, padding: Int = 0, form: ConvolutionForm? = nil
  ) -> Value {
    let geometry = ConvolutionGeometry(
      batch: input.shape[0], height: input.shape[1], width: input.shape[2], channels: input.shape[3],
      filters: weight.value.shape[0], kernelHeight: weight.value.shape[1], kernelWidth: weight.value.shape[2],
      stride: stride, padding: padding)
    precondition(
      geometry.channels == weight.value.shape[3], "\(weight.name) does not take \(geometry.channels) channels")
    let kernel = (form ?? policy.form(for: geometry)).kernel(
      for: geometry, in: policy.accumulation(multiplications: geometry.multiplications), on: engine)
    let output = result(engine.empty(geometry.outputShape))
    kernel.forward(input.tensor, weight.value, into: output.tensor)
    let x = input.tensor
    let slot = input.slot
    record(output) { [engine] dOutput in
      weight.accumulate { kernel.dWeight(x, dOutput, into: $0, accumulate: $1) }
      slot?.accumulate(shape: geometry.inputShape, on: engine) {
        kernel.dInput(dOutput, weight.value, into: $0, accumulate: $1)
      }
    }
    return output
  }
}
