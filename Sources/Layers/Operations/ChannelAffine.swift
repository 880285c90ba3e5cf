import Tensors

/// `y = activation(scale · x + shift + shortcut)` per channel.
struct ChannelAffine {
  /// γ/√(variance + ε) per channel.
  let scale: Tensor
  /// β − mean · scale per channel.
  let shift: Tensor

  init(_ norm: BatchNorm, mean: [Float], inverseDeviation: [Float], on engine: Engine) {
    let channels = mean.count
    scale = engine.empty([channels])
    shift = engine.empty([channels])
    for c in 0..<channels {
      scale.pointer[c] = norm.weight.value.pointer[c] * inverseDeviation[c]
      shift.pointer[c] = fused(-mean[c], scale.pointer[c], plus: norm.bias.value.pointer[c])
    }
  }

  /// What the running statistics make of a BatchNorm.
  init(_ norm: BatchNorm, on engine: Engine) {
    let (mean, inverseDeviation) = norm.runningStatistics
    self.init(norm, mean: mean, inverseDeviation: inverseDeviation, on: engine)
  }

  /// Computes all rows, shared out to the workers.
  func apply(
    _ input: Tensor, adding shortcut: Tensor?, activation: Activation, into output: Tensor, on engine: Engine
  ) {
    let channels = scale.count
    engine.parallel(over: input.count / channels, grain: max(1, (1 << 14) / channels)) { rows, _ in
      apply(rows, of: input, adding: shortcut, activation: activation, into: output)
    }
  }

  /// Computes some rows of `[P, C]` on the calling thread; input and output may be the same.
  func apply(
    _ rows: Range<Int>, of input: Tensor, adding shortcut: Tensor?, activation: Activation, into output: Tensor
  ) {
    switch (shortcut.map { UnsafePointer($0.pointer) }, activation) {
    case (nil, .none): loop(rows, input, output, Plain())
    case (nil, .rectified): loop(rows, input, output, Rectified())
    case (let shortcut?, .none): loop(rows, input, output, Added(shortcut: shortcut))
    case (let shortcut?, .rectified): loop(rows, input, output, AddedRectified(shortcut: shortcut))
    }
  }

  private func loop(_ rows: Range<Int>, _ input: Tensor, _ output: Tensor, _ finish: some Finish) {
    let channels = scale.count
    let x = input.pointer
    let y = output.pointer
    let a = scale.pointer
    let b = shift.pointer
    let vectorChannels = channels & ~15
    for row in rows {
      let start = row &* channels
      var c = 0
      while c < vectorChannels {
        let place = start &+ c
        y.store(finish.vector(fused(x.vector(place), a.vector(c), plus: b.vector(c)), place), place)
        c &+= 16
      }
      while c < channels {
        let place = start &+ c
        y[place] = finish.scalar(fused(x[place], a[c], plus: b[c]), place)
        c &+= 1
      }
    }
  }
}

/// What happens to a normalised number before it is written. One loop is compiled for each kind.
private protocol Finish {
  func vector(_ v: Vector, _ place: Int) -> Vector
  func scalar(_ v: Float, _ place: Int) -> Float
}

private struct Plain: Finish {
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { v }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float { v }
}

private struct Rectified: Finish {
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { v.rectified }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float { v <= 0 ? 0 : v }
}

private struct Added: Finish {
  let shortcut: UnsafePointer<Float>
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { v + shortcut.vector(place) }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float { v + shortcut[place] }
}

private struct AddedRectified: Finish {
  let shortcut: UnsafePointer<Float>
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { (v + shortcut.vector(place)).rectified }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float {
    v + shortcut[place] <= 0 ? 0 : v + shortcut[place]
  }
}
