import Tensors

/// The one-dimensional transforms of Winograd's F(4, 3): four outputs of a 3-tap filter from six inputs with six
/// multiplications instead of twelve. Two dimensions apply them to columns and then to rows.
///
///     y = Aᵀ [ (G g) ⊙ (Bᵀ d) ]
///
/// The points are 0, ±1, ±2 and infinity. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
/// CVPR 2016. The weight gradient is the transpose of this bilinear form: `dg = Gᵀ [ (A dy) ⊙ (Bᵀ d) ]`.
enum Winograd {
  /// Outputs of one tile in each dimension.
  static let outputs = 4
  /// Inputs of one tile in each dimension.
  static let inputs = 6
  /// Products per tile and channel pair: one for each place of the transformed tile.
  static let frequencies = 36

  typealias Four = (Vector, Vector, Vector, Vector)
  typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)

  /// `Bᵀ d`
  @inline(__always)
  static func input(_ d: Six) -> Six {
    let even = fused(v(-4), d.2, plus: d.4)
    let odd = fused(v(-4), d.1, plus: d.3)
    let evenOuter = d.4 - d.2
    let oddOuter = d.3 - d.1
    return (
      fused(v(4), d.0, plus: fused(v(-5), d.2, plus: d.4)), even + odd, even - odd,
      fused(v(2), oddOuter, plus: evenOuter), fused(v(-2), oddOuter, plus: evenOuter),
      fused(v(4), d.1, plus: fused(v(-5), d.3, plus: d.5))
    )
  }

  /// `Aᵀ m`
  @inline(__always)
  static func output(_ m: Six) -> Four {
    let p = m.1 + m.2
    let q = m.1 - m.2
    let r = m.3 + m.4
    let s = m.3 - m.4
    return (m.0 + p + r, fused(v(2), s, plus: q), fused(v(4), r, plus: p), fused(v(8), s, plus: q) + m.5)
  }

  /// `A dy`, the transpose of ``output(_:)``.
  @inline(__always)
  static func dOutput(_ y: Four) -> Six {
    let e = y.0 + y.2
    let f = y.1 + y.3
    let g = fused(v(4), y.2, plus: y.0)
    let h = fused(v(8), y.3, plus: v(2) * y.1)
    return (y.0, e + f, e - f, g + h, g - h, y.3)
  }

  /// `G g`
  @inline(__always)
  static func filter(_ g: (Vector, Vector, Vector)) -> Six {
    let s = (g.0 + g.2) * v(-1 / 6)
    let t = g.1 * v(1 / 6)
    let u = fused(g.0, v(1 / 24), plus: g.2 * v(1 / 6))
    let w = g.1 * v(1 / 12)
    return (g.0 * v(0.25), s - t, s + t, u + w, u - w, g.2)
  }

  /// `Gᵀ m`, the transpose of ``filter(_:)``.
  @inline(__always)
  static func dFilter(_ m: Six) -> (Vector, Vector, Vector) {
    let p = m.1 + m.2
    let q = m.1 - m.2
    let r = m.3 + m.4
    let s = m.3 - m.4
    return (
      fused(m.0, v(0.25), plus: fused(p, v(-1 / 6), plus: r * v(1 / 24))),
      fused(q, v(-1 / 6), plus: s * v(1 / 12)),
      fused(p, v(-1 / 6), plus: fused(r, v(1 / 6), plus: m.5))
    )
  }

  @inline(__always)
  private static func v(_ number: Float) -> Vector { Vector(repeating: number) }
}
