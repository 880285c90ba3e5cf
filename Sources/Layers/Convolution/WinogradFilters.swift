import Tensors

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
  func transformed(_ weight: Tensor, turned: Bool) -> Tensor {
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
        for line in 0..<16 {
          let row = turned ? k0 + line : c0 + line
          let column = turned ? c0 : k0
          let columns = turned ? channels : filters
          transform(block + line * 16, to: result.pointer + row * columns + column, plane: plane)
        }
      }
    }
    return result
  }

  /// - Parameter block: nine vectors, 256 numbers apart.
  private func transform(_ block: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, plane: Int) {
    @inline(__always)
    func column(_ s: Int) -> Winograd.Six {
      Winograd.filter((block.vector(s &* 256), block.vector((3 &+ s) &* 256), block.vector((6 &+ s) &* 256)))
    }
    let (a, b, c) = (column(0), column(1), column(2))
    @inline(__always)
    func store(_ i: Int, _ row: (Vector, Vector, Vector)) {
      let t = Winograd.filter(row)
      let target = target + (6 &* i &* plane)
      target.store(t.0, 0)
      target.store(t.1, plane)
      target.store(t.2, 2 &* plane)
      target.store(t.3, 3 &* plane)
      target.store(t.4, 4 &* plane)
      target.store(t.5, 5 &* plane)
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
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: 18) { work in
        for k in range {
          var c = 0
          while c < channels {
            let place = k &* channels &+ c
            @inline(__always)
            func sum(_ frequency: Int) -> Vector {
              var total = products.vector(frequency &* plane &+ place)
              for s in 1..<max(1, slices) where s < slices {
                total += products.vector(s &* slice &+ frequency &* plane &+ place)
              }
              return total
            }
            for j in 0..<6 {
              let t = Winograd.dFilter(
                (sum(j), sum(6 &+ j), sum(12 &+ j), sum(18 &+ j), sum(24 &+ j), sum(30 &+ j)))
              work[j] = t.0
              work[6 &+ j] = t.1
              work[12 &+ j] = t.2
            }
            for i in 0..<3 {
              let w = 6 &* i
              let t = Winograd.dFilter((work[w], work[w &+ 1], work[w &+ 2], work[w &+ 3], work[w &+ 4], work[w &+ 5]))
              let offset = (k &* 9 &+ 3 &* i) &* channels &+ c
              let target = dWeight.pointer + offset
              @inline(__always)
              func put(_ vector: Vector, _ offset: Int) {
                target.store(accumulate ? target.vector(offset) + vector : vector, offset)
              }
              put(t.0, 0)
              put(t.1, channels)
              put(t.2, 2 &* channels)
            }
            c &+= 16
          }
        }
      }
    }
  }
}
