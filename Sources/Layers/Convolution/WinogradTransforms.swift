import Kernels
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
  /// Products per tile and channel pair: one for each place of the transformed tile.
  static let frequencies = 36

  /// Writes a transformed column, its six numbers in as many planes.
  @inline(__always)
  static func store(_ t: Six, to target: UnsafeMutablePointer<Float>, plane: Int) {
    target.store(t.0, 0)
    target.store(t.1, plane)
    target.store(t.2, 2 &* plane)
    target.store(t.3, 3 &* plane)
    target.store(t.4, 4 &* plane)
    target.store(t.5, 5 &* plane)
  }

  /// The same past the caches, to planes whose numbers of bytes 64 divides.
  @inline(__always)
  static func stream(_ t: Six, to target: UnsafeMutablePointer<Float>, plane: Int) {
    kernels_stream(t.0, target)
    kernels_stream(t.1, target + plane)
    kernels_stream(t.2, target + 2 &* plane)
    kernels_stream(t.3, target + 3 &* plane)
    kernels_stream(t.4, target + 4 &* plane)
    kernels_stream(t.5, target + 5 &* plane)
  }

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

/// Winograd's transforms of the weights and back.
struct WinogradFilters {
  let filters: Int
  let channels: Int
  let engine: Engine

  /// Numbers from one frequency's matrix to the next. The 48 extra ones keep the 36 matrices off each other's
  /// places in the cache (4 KiB aliasing costs 10–25 %).
  var plane: Int { filters * channels + 48 }

  /// `G g Gᵀ` of all filters: for each frequency a matrix of inputs × outputs, `[36][C][K]`; with `turned` that of the
  /// data gradient, whose kernels are turned by 180° and whose inputs are the filters, `[36][K][C]`.
  ///
  /// - Parameters:
  ///   - precision: what the filters are rounded to before.
  ///   - inPanels: whether each matrix is laid out for ``PanelProduct``.
  func transformed(_ weight: Tensor, in precision: Precision, turned: Bool, inPanels: Bool) -> Tensor {
    let result = engine.empty([Winograd.frequencies * plane])
    let plane = plane
    let (filters, channels) = (filters, channels)
    // Blocks of 16 filters × 16 channels; vectors run along the matrix's columns.
    engine.parallel(filters / 16 * (channels / 16)) { chunk, _ in
      let k0 = chunk / (channels / 16) * 16
      let c0 = chunk % (channels / 16) * 16
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 9 * 256) { block in
        guard let block = block.baseAddress else { return }
        for place in 0..<9 {
          for k in 0..<16 {
            let source = weight.pointer + ((k0 + k) * 9 + place) * channels + c0
            if turned {
              (block + (8 - place) * 256 + k * 16).update(from: source, count: 16)
            } else {
              for c in 0..<16 { block[place * 256 + c * 16 + k] = source[c] }
            }
          }
        }
        if precision == .bfloat16 {
          for vector in 0..<9 * 16 { block.store(block.vector(16 &* vector).roundedToBFloat16, 16 &* vector) }
        }
        for line in 0..<16 {
          let row = turned ? k0 + line : c0 + line
          let column = turned ? c0 : k0
          let (rows, columns) = turned ? (filters, channels) : (channels, filters)
          let place =
            inPanels ? PanelProduct.place(row: row, column: column, depth: rows) : row * columns + column
          transform(block + line * 16, to: result.pointer + place, plane: plane)
        }
      }
      kernels_end_stream()
    }
    return result
  }

  /// Bytes of transformed filters that caches will not hold until they are multiplied, so that they are not brought there
  /// when they are written.
  private static let bytesPastCaches = 24 << 20

  /// - Parameter block: nine vectors, 256 numbers apart.
  private func transform(_ block: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, plane: Int) {
    let isPastCaches = 4 * Winograd.frequencies * plane > Self.bytesPastCaches
    @inline(__always)
    func column(_ s: Int) -> Winograd.Six {
      Winograd.filter((block.vector(s &* 256), block.vector((3 &+ s) &* 256), block.vector((6 &+ s) &* 256)))
    }
    let (a, b, c) = (column(0), column(1), column(2))
    @inline(__always)
    func store(_ i: Int, _ row: (Vector, Vector, Vector)) {
      let (transformed, place) = (Winograd.filter(row), target + (6 &* i &* plane))
      if isPastCaches {
        Winograd.stream(transformed, to: place, plane: plane)
      } else {
        Winograd.store(transformed, to: place, plane: plane)
      }
    }
    store(0, (a.0, b.0, c.0))
    store(1, (a.1, b.1, c.1))
    store(2, (a.2, b.2, c.2))
    store(3, (a.3, b.3, c.3))
    store(4, (a.4, b.4, c.4))
    store(5, (a.5, b.5, c.5))
  }

  /// `dg = Gᵀ m G`: the weights' gradient `[K, 3, 3, C]` from the products of all tiles, `slices` partial sums of
  /// `[36][K][C]` that are added in order.
  func gradient(_ products: UnsafePointer<Float>, slices: Int, into dWeight: Tensor, accumulate: Bool) {
    let plane = plane
    let slice = Winograd.frequencies * plane
    let channels = channels
    engine.parallel(over: filters, grain: 1) { range, _ in
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 18 * channels / 16) { work in
        guard let work = work.baseAddress else { return }
        for k in range {
          // Six planes at a time, whole rows of them: 36 streams are more than a processor fetches ahead.
          for j in 0..<6 {
            for vector in 0..<channels / 16 {
              let place = k &* channels &+ 16 &* vector
              @inline(__always)
              func sum(_ frequency: Int) -> Vector {
                var total = products.vector(frequency &* plane &+ place)
                for s in 1..<max(1, slices) where s < slices {
                  total += products.vector(s &* slice &+ frequency &* plane &+ place)
                }
                return total
              }
              let t = Winograd.dFilter(
                (sum(j), sum(6 &+ j), sum(12 &+ j), sum(18 &+ j), sum(24 &+ j), sum(30 &+ j)))
              let w = work + (18 &* vector &+ j)
              w[0] = t.0
              w[6] = t.1
              w[12] = t.2
            }
          }
          for i in 0..<3 {
            for vector in 0..<channels / 16 {
              let w = work + (18 &* vector &+ 6 &* i)
              let t = Winograd.dFilter((w[0], w[1], w[2], w[3], w[4], w[5]))
              let offset = (k &* 9 &+ 3 &* i) &* channels &+ 16 &* vector
              let target = dWeight.pointer + offset
              @inline(__always)
              func put(_ vector: Vector, _ offset: Int) {
                target.store(accumulate ? target.vector(offset) + vector : vector, offset)
              }
              put(t.0, 0)
              put(t.1, channels)
              put(t.2, 2 &* channels)
            }
          }
        }
      }
    }
  }
}
