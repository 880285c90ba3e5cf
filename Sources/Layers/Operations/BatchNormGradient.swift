import Tensors

/// The gradient of a BatchNorm with its ReLU and shortcut.
///
///     g  = dy where y > 0, else 0
///     dβ = Σ g        dγ = Σ g · x̂        x̂ = (x − mean) / √(variance + ε)
///     dx = γ / √(variance + ε) · (g − dβ/P − x̂ · dγ/P)
///
/// The sums are the whole batch's, of which there are P rows; γ and β get what the shard's own rows add to them. Where mean
/// and variance are the running ones they do not depend on x, and the last two terms are not there.
///
/// Two passes over the memory. Where there is no shortcut, whether y was positive is computed anew from x, so that y
/// need not be kept for it.
struct BatchNormGradient {
  let input: Tensor
  /// The activated output, where a shortcut went into it.
  let output: Tensor?
  let affine: ChannelAffine
  let activation: Activation
  let norm: BatchNorm
  let mean: [Float]
  let inverseDeviation: [Float]
  /// Whether mean and variance are the batch's own.
  let isOfBatch: Bool
  /// The part of the batch.
  let shard: Shard

  /// Computes the gradients.
  ///
  /// - Parameters:
  ///   - dOutput: the gradient by the output. It is overwritten: with the masked gradient where `keepsMasked` is set,
  ///     else with the gradient by the input.
  /// - Returns: the gradient by the input.
  func run(_ dOutput: Tensor, keepsMasked: Bool, on engine: Engine) -> Tensor {
    switch input.element {
    case .single: run(Float.self, dOutput, keepsMasked, engine)
    case .bfloat16: run(BFloat16.self, dOutput, keepsMasked, engine)
    }
  }

  private func run<Number: StoredNumber>(
    _ kind: Number.Type, _ dOutput: Tensor, _ keepsMasked: Bool, _ engine: Engine
  ) -> Tensor {
    switch (activation, output) {
    case (.none, _):
      passes(kind, dOutput, keepsMasked, engine, Unmasked())
    case (.rectified, nil):
      passes(
        kind, dOutput, keepsMasked, engine,
        MaskedByInput(x: input.numbers(kind), scale: affine.scale.pointer, shift: affine.shift.pointer))
    case (.rectified, let output?):
      passes(kind, dOutput, keepsMasked, engine, MaskedByOutput(y: output.numbers(kind)))
    }
  }

  private func passes<Number: StoredNumber>(
    _ kind: Number.Type, _ dOutput: Tensor, _ keepsMasked: Bool, _ engine: Engine, _ mask: some GradientMask
  ) -> Tensor {
    let channels = mean.count
    let rows = input.count / channels
    let x = input.numbers(kind)
    let dy = dOutput.numbers(kind)
    // x̂ = x · inverse + offset
    let inverse = engine.tensor(inverseDeviation, shape: [channels])
    let offset = engine.tensor(zip(mean, inverseDeviation).map { -$0 * $1 }, shape: [channels])
    let sums = ChannelSums(
      rows: rows, channels: channels, on: engine,
      MaskedProducts(
        dy: dy, x: x, inverse: inverse.pointer, offset: offset.pointer, mask: mask, keepsMasked: keepsMasked))
    addParameterGradients(sums, on: engine)

    // dx = g · scale + x · slope + constant
    let slope = engine.filled([channels])
    let constant = engine.filled([channels])
    let batch = isOfBatch ? shard.sum([Double(rows)] + sums.first + sums.second) : []
    for c in 0..<channels where isOfBatch {
      let (count, first, second) = (batch[0], batch[1 + c], batch[1 + channels + c])
      let scale = Double(affine.scale.pointer[c])
      let perInput = scale * second / count
      slope.pointer[c] = Float(-perInput * Double(inverseDeviation[c]))
      constant.pointer[c] = Float(
        perInput * Double(inverseDeviation[c]) * Double(mean[c]) - scale * first / count)
    }
    let dInput = keepsMasked ? engine.empty(input.shape, as: input.element) : dOutput.reshaped(input.shape)
    let dx = dInput.numbers(kind)
    let (scale, slopes, constants) = (affine.scale.pointer, slope.pointer, constant.pointer)
    let vectorChannels = channels & ~15
    engine.parallel(over: rows, grain: max(1, (1 << 14) / channels)) { range, _ in
      for row in range {
        let start = row &* channels
        var c = 0
        while c < vectorChannels {
          let place = start &+ c
          let g = keepsMasked ? dy.vector(place) : mask.vector(dy.vector(place), place, c)
          let part = fused(x.vector(place), slopes.vector(c), plus: constants.vector(c))
          dx.store(fused(g, scale.vector(c), plus: part), place)
          c &+= 16
        }
        while c < channels {
          let place = start &+ c
          let g = keepsMasked ? dy[place].single : mask.scalar(dy[place].single, place, c)
          dx[place] = Number(
            rounding: fused(g, scale[c], plus: fused(x[place].single, slopes[c], plus: constants[c])))
          c &+= 1
        }
      }
    }
    return dInput
  }

  private func addParameterGradients(_ sums: ChannelSums, on engine: Engine) {
    norm.bias.accumulate(of: shard, on: engine) { gradient, accumulate in
      for (c, sum) in sums.first.enumerated() {
        gradient.pointer[c] = (accumulate ? gradient.pointer[c] : 0) + Float(sum)
      }
    }
    norm.weight.accumulate(of: shard, on: engine) { gradient, accumulate in
      for (c, sum) in sums.second.enumerated() {
        gradient.pointer[c] = (accumulate ? gradient.pointer[c] : 0) + Float(sum)
      }
    }
  }
}

/// Lets through the gradient of what a ReLU let through. One loop is compiled for each kind.
protocol GradientMask {
  func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector
  func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float
}

/// There was no ReLU.
struct Unmasked: GradientMask {
  @inline(__always) func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector { dy }
  @inline(__always) func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float { dy }
}

/// The ReLU's sign is computed anew from the input, `scale · x + shift`, as it was forward.
struct MaskedByInput<Number: StoredNumber>: GradientMask {
  let x: UnsafePointer<Number>
  let scale: UnsafePointer<Float>
  let shift: UnsafePointer<Float>

  @inline(__always)
  func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector {
    let y = fused(x.vector(place), scale.vector(channel), plus: shift.vector(channel))
    return dy.replacing(with: 0, where: y .<= 0)
  }

  @inline(__always)
  func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float {
    fused(x[place].single, scale[channel], plus: shift[channel]) <= 0 ? 0 : dy
  }
}

/// The ReLU's sign is read from its output, into which a shortcut went.
struct MaskedByOutput<Number: StoredNumber>: GradientMask {
  let y: UnsafePointer<Number>

  @inline(__always)
  func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector {
    dy.replacing(with: 0, where: y.vector(place) .<= 0)
  }

  @inline(__always)
  func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float {
    y[place].single <= 0 ? 0 : dy
  }
}

/// `g` and `g · x̂`, the terms of dβ and dγ; leaves `g` in place of `dy` where it is asked to.
struct MaskedProducts<Number: StoredNumber, Mask: GradientMask>: ChannelTerms {
  let dy: UnsafeMutablePointer<Number>
  let x: UnsafePointer<Number>
  let inverse: UnsafePointer<Float>
  let offset: UnsafePointer<Float>
  let mask: Mask
  let keepsMasked: Bool

  @inline(__always)
  func vector(_ place: Int, _ channel: Int) -> (Vector, Vector) {
    let g = mask.vector(dy.vector(place), place, channel)
    if keepsMasked { dy.store(g, place) }
    return (g, g * fused(x.vector(place), inverse.vector(channel), plus: offset.vector(channel)))
  }

  @inline(__always)
  func scalar(_ place: Int, _ channel: Int) -> (Float, Float) {
    let g = mask.scalar(dy[place].single, place, channel)
    if keepsMasked { dy[place] = Number(rounding: g) }
    return (g, g * fused(x[place].single, inverse[channel], plus: offset[channel]))
  }
}
