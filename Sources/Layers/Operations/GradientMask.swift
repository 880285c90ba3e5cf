import Tensors

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
struct MaskedByInput: GradientMask {
  let x: UnsafePointer<Float>
  let scale: UnsafePointer<Float>
  let shift: UnsafePointer<Float>

  @inline(__always)
  func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector {
    let y = fused(x.vector(place), scale.vector(channel), plus: shift.vector(channel))
    return dy.replacing(with: 0, where: y .<= 0)
  }

  @inline(__always)
  func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float {
    fused(x[place], scale[channel], plus: shift[channel]) <= 0 ? 0 : dy
  }
}

/// The ReLU's sign is read from its output, into which a shortcut went.
struct MaskedByOutput: GradientMask {
  let y: UnsafePointer<Float>

  @inline(__always)
  func vector(_ dy: Vector, _ place: Int, _ channel: Int) -> Vector {
    dy.replacing(with: 0, where: y.vector(place) .<= 0)
  }

  @inline(__always)
  func scalar(_ dy: Float, _ place: Int, _ channel: Int) -> Float { y[place] <= 0 ? 0 : dy }
}

/// `g` and `g · x̂`, the terms of dβ and dγ; leaves `g` in place of `dy` where it is asked to.
struct MaskedProducts<Mask: GradientMask>: ChannelTerms {
  let dy: UnsafeMutablePointer<Float>
  let x: UnsafePointer<Float>
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
    let g = mask.scalar(dy[place], place, channel)
    if keepsMasked { dy[place] = g }
    return (g, g * fused(x[place], inverse[channel], plus: offset[channel]))
  }
}
