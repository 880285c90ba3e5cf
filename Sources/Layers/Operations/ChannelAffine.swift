import Tensors

/// `y = activation(scale · x + shift + shortcut)` per channel, rounded to what y is stored as.
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

  /// Computes all rows, shared out to the workers; input, shortcut and output are stored alike.
  func apply(
    _ input: Tensor, adding shortcut: Tensor?, activation: Activation, into output: Tensor, on engine: Engine
  ) {
    switch input.element {
    case .single: apply(Float.self, input, shortcut, activation, output, engine)
    case .bfloat16: apply(BFloat16.self, input, shortcut, activation, output, engine)
    }
  }

  private func apply<Number: StoredNumber>(
    _ kind: Number.Type, _ input: Tensor, _ shortcut: Tensor?, _ activation: Activation, _ output: Tensor,
    _ engine: Engine
  ) {
    let (x, y) = (UnsafePointer(input.numbers(kind)), output.numbers(kind))
    let rows = input.count / scale.count
    switch (shortcut.map { UnsafePointer($0.numbers(kind)) }, activation) {
    case (nil, .none): loop(rows, x, y, Plain(), engine)
    case (nil, .rectified): loop(rows, x, y, Rectified(), engine)
    case (let shortcut?, .none): loop(rows, x, y, Added(shortcut: shortcut), engine)
    case (let shortcut?, .rectified): loop(rows, x, y, AddedRectified(shortcut: shortcut), engine)
    }
  }

  private func loop<Number: StoredNumber>(
    _ rows: Int, _ x: UnsafePointer<Number>, _ y: UnsafeMutablePointer<Number>, _ finish: some Finish,
    _ engine: Engine
  ) {
    let channels = scale.count
    let a = scale.pointer
    let b = shift.pointer
    let vectorChannels = channels & ~15
    engine.parallel(over: rows, grain: max(1, (1 << 14) / channels)) { rows, _ in
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
          y[place] = Number(rounding: finish.scalar(fused(x[place].single, a[c], plus: b[c]), place))
          c &+= 1
        }
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

private struct Added<Number: StoredNumber>: Finish {
  let shortcut: UnsafePointer<Number>
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { v + shortcut.vector(place) }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float { v + shortcut[place].single }
}

private struct AddedRectified<Number: StoredNumber>: Finish {
  let shortcut: UnsafePointer<Number>
  @inline(__always) func vector(_ v: Vector, _ place: Int) -> Vector { (v + shortcut.vector(place)).rectified }
  @inline(__always) func scalar(_ v: Float, _ place: Int) -> Float {
    let sum = v + shortcut[place].single
    return sum <= 0 ? 0 : sum
  }
}
