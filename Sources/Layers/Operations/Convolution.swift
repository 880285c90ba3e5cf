import Tensors

extension Tape {
  /// The convolution of a feature map with trainable kernels.
  ///
  ///     y[n,h,w,k] = Σ_rsc x[n, h·stride + r − padding, w·stride + s − padding, c] · weight[k,r,s,c] + bias[k]
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - weight: `[K, R, S, C]`.
  ///   - bias: `[K]`, where there is one.
  ///   - form: how it is computed; by default what the tape's policy says.
  /// - Returns: `[N, H', W', K]` with `H' = (H + 2·padding − R) / stride + 1`.
  package func convolution(
    _ input: Value, _ weight: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Int = 0,
    form: ConvolutionForm? = nil
  ) -> Value {
    inPrecision(input) { convolved($0, weight, bias: bias, stride: stride, padding: padding, form: form) }
  }

  private func convolved(
    _ input: Value, _ weight: Parameter, bias: Parameter? = nil, stride: Int, padding: Int, form: ConvolutionForm? = nil
  ) -> Value {
    let geometry = ConvolutionGeometry(input, weight, stride: stride, padding: padding)
    let kernel = policy.kernel(for: geometry, in: Precision(of: input.tensor), form: form, on: engine)
    let output = result(engine.empty(geometry.outputShape, as: input.tensor.element))
    let filters = geometry.filters
    kernel.forward(
      input.tensor, prepared(weight, of: geometry, for: kernel), into: output.tensor, Epilogue(bias: bias?.value))
    observe(output, of: weight)
    let x = input.tensor
    let slot = input.slot
    record(output, training: weight, bias) { [engine, shard] dOutput in
      weight.accumulate(of: shard, on: engine) { kernel.dWeight(x, dOutput, into: $0, accumulate: $1) }
      bias?.accumulate(of: shard, on: engine) { dBias, accumulate in
        let sums = ChannelSums(of: dOutput, channels: filters, on: engine)
        for k in 0..<filters { dBias.pointer[k] = (accumulate ? dBias.pointer[k] : 0) + Float(sums.first[k]) }
      }
      slot?.accumulate(shape: geometry.inputShape, on: engine) {
        kernel.dInput(dOutput, weight.value, into: $0, accumulate: $1)
      }
    }
    return output
  }

  /// A convolution and the BatchNorm behind it.
  ///
  /// In training it is ``convolution(_:_:bias:stride:padding:form:)`` and ``batchNorm(_:_:activation:adding:)``. In
  /// evaluation, where the statistics are known beforehand, they are folded into the weights, and the sums are finished
  /// before they leave the core that computed them.
  package func convolution(
    _ input: Value, _ weight: Parameter, stride: Int = 1, padding: Int = 0, then norm: BatchNorm,
    activation: Activation = .rectified, adding shortcut: Value? = nil
  ) -> Value {
    inPrecision(input) { input in
      let shortcut = shortcut.map(narrowed)
      guard mode == .training else {
        return folded(
          input, weight, stride: stride, padding: padding, norm, activation: activation, adding: shortcut)
      }
      let x = convolved(input, weight, stride: stride, padding: padding)
      return batchNorm(x, norm, activation: activation, adding: shortcut)
    }
  }

  private func folded(
    _ input: Value, _ weight: Parameter, stride: Int, padding: Int, _ norm: BatchNorm, activation: Activation,
    adding shortcut: Value?
  ) -> Value {
    let geometry = ConvolutionGeometry(input, weight, stride: stride, padding: padding)
    let output = engine.empty(geometry.outputShape, as: input.tensor.element)
    let kernel = policy.kernel(for: geometry, in: Precision(of: input.tensor), on: engine)
    let folded = prepared(weight, of: geometry, for: kernel, folding: FilterNorm(norm))
    withExtendedLifetime((folded, shortcut)) {
      kernel.forward(
        input.tensor, folded, into: output,
        Epilogue(bias: folded.bias, adding: shortcut?.tensor, isRectified: activation == .rectified))
    }
    return result(output)
  }

  private func prepared(
    _ weight: Parameter, of geometry: ConvolutionGeometry, for kernel: any ConvolutionKernel,
    folding norm: FilterNorm? = nil
  ) -> PreparedWeight {
    let layout = kernel.layout(forReuse: weights != nil)
    return weights?.prepared(weight, of: geometry, as: layout, folding: norm, on: engine)
      ?? PreparedWeight(weight.value, of: geometry, as: layout, folding: norm, on: engine)
  }
}

extension ChannelSums {
  /// Of a map's numbers; the second sums are zero.
  fileprivate init(of map: Tensor, channels: Int, on engine: Engine) {
    let rows = map.count / channels
    switch map.element {
    case .single: self.init(rows: rows, channels: channels, on: engine, PlainTerms(x: map.numbers(Float.self)))
    case .bfloat16: self.init(rows: rows, channels: channels, on: engine, PlainTerms(x: map.numbers(BFloat16.self)))
    }
  }
}

/// The numbers of each channel.
private struct PlainTerms<Number: StoredNumber>: ChannelTerms {
  let x: UnsafeMutablePointer<Number>

  @inline(__always)
  func vector(_ place: Int, _ channel: Int) -> (Vector, Vector) { (x.vector(place), .zero) }

  @inline(__always)
  func scalar(_ place: Int, _ channel: Int) -> (Float, Float) { (x[place].single, 0) }
}

extension FilterNorm {
  fileprivate init(_ norm: BatchNorm) {
    self.init(
      id: ObjectIdentifier(norm.weight), weight: norm.weight.value, bias: norm.bias.value, mean: norm.runningMean,
      variance: norm.runningVariance, epsilon: BatchNorm.epsilon)
  }
}

extension ConvolutionGeometry {
  /// The sizes of a convolution of a feature map `[N, H, W, C]` with weights `[K, R, S, C]`.
  init(_ input: Value, _ weight: Parameter, stride: Int, padding: Int) {
    let (map, kernel) = (input.shape, weight.value.shape)
    precondition(map[3] == kernel[3], "\(weight.name) does not take \(map[3]) channels")
    self.init(
      batch: map[0], height: map[1], width: map[2], channels: map[3], filters: kernel[0], kernelHeight: kernel[1],
      kernelWidth: kernel[2], stride: stride, padding: padding)
  }
}
