import Tensors

/// How a feature map is cut into Winograd tiles of 4×4 outputs, which read 6×6 inputs. The last tiles of a row or
/// column may reach past the map: what they read there is zero, and what they would write is dropped.
struct WinogradTiling {
  let batch: Int
  let height: Int
  let width: Int
  let tileRows: Int
  let tileColumns: Int
  /// Tiles over all images.
  let count: Int

  init(batch: Int, height: Int, width: Int) {
    self.batch = batch
    self.height = height
    self.width = width
    tileRows = (height + Winograd.outputs - 1) / Winograd.outputs
    tileColumns = (width + Winograd.outputs - 1) / Winograd.outputs
    count = batch * tileRows * tileColumns
  }

  /// Where a tile's outputs begin: image, row and column.
  @inline(__always)
  func place(_ tile: Int) -> (image: Int, row: Int, column: Int) {
    let inImage = tile % (tileRows * tileColumns)
    return (
      tile / (tileRows * tileColumns), inImage / tileColumns * Winograd.outputs,
      inImage % tileColumns * Winograd.outputs
    )
  }

  /// Transforms one tile of a map for a convolution with padding 1: `Bᵀ d B`.
  ///
  /// - Parameters:
  ///   - target: where the first frequency's channels go; the others follow every `plane` numbers.
  ///   - step: how many numbers further on each next channel goes, sixteen channels side by side.
  ///   - work: 36 vectors of scratch memory.
  func transformInput(
    _ map: UnsafePointer<some StoredNumber>, channels: Int, tile: Int, to target: UnsafeMutablePointer<Float>,
    plane: Int,
    step: Int = 1, work: UnsafeMutablePointer<Vector>
  ) {
    let (image, row, column) = place(tile)
    let top = row - 1
    let left = column - 1
    let isInside = top >= 0 && left >= 0 && top + 6 <= height && left + 6 <= width
    let corner = map + ((image * height + top) * width + left) * channels
    let line = width * channels
    var c = 0
    while c < channels {
      for j in 0..<6 {
        let d: Winograd.Six
        let base = j &* channels &+ c
        if isInside {
          d = (
            corner.vector(base), corner.vector(base &+ line), corner.vector(base &+ 2 &* line),
            corner.vector(base &+ 3 &* line), corner.vector(base &+ 4 &* line), corner.vector(base &+ 5 &* line)
          )
        } else {
          let hasColumn = left &+ j >= 0 && left &+ j < width
          @inline(__always)
          func at(_ i: Int) -> Vector {
            hasColumn && top &+ i >= 0 && top &+ i < height ? corner.vector(base &+ i &* line) : .zero
          }
          d = (at(0), at(1), at(2), at(3), at(4), at(5))
        }
        let t = Winograd.input(d)
        Self.store(t, to: work + j, stride: 6)
      }
      for i in 0..<6 {
        let w = work + (6 &* i)
        Winograd.store(
          Winograd.input((w[0], w[1], w[2], w[3], w[4], w[5])), to: target + (6 &* i &* plane &+ c &* step),
          plane: plane)
      }
      c &+= 16
    }
  }

  /// Transforms one tile of an output's gradient: `A dy Aᵀ`.
  func transformGradient(
    _ map: UnsafePointer<some StoredNumber>, channels: Int, tile: Int, to target: UnsafeMutablePointer<Float>,
    plane: Int,
    step: Int = 1, work: UnsafeMutablePointer<Vector>
  ) {
    let (image, row, column) = place(tile)
    let corner = map + ((image * height + row) * width + column) * channels
    let line = width * channels
    let rows = min(4, height - row)
    let columns = min(4, width - column)
    var c = 0
    while c < channels {
      for j in 0..<4 {
        let base = j &* channels &+ c
        @inline(__always)
        func at(_ i: Int) -> Vector { i < rows && j < columns ? corner.vector(base &+ i &* line) : .zero }
        let t = Winograd.dOutput((at(0), at(1), at(2), at(3)))
        Self.store(t, to: work + j, stride: 4)
      }
      for i in 0..<6 {
        let w = work + (4 &* i)
        Winograd.store(
          Winograd.dOutput((w[0], w[1], w[2], w[3])), to: target + (6 &* i &* plane &+ c &* step), plane: plane)
      }
      c &+= 16
    }
  }

  /// Transforms a tile's products back and writes its outputs, finished as the epilogue says, or adds them: `Aᵀ m A`.
  func transformOutput(
    _ products: UnsafePointer<Float>, plane: Int, channels: Int, tile: Int,
    to map: UnsafeMutablePointer<some StoredNumber>,
    accumulate: Bool, _ epilogue: Epilogue, work: UnsafeMutablePointer<Vector>
  ) {
    let (image, row, column) = place(tile)
    let start = ((image * height + row) * width + column) * channels
    let corner = map + start
    let epilogue = epilogue.advanced(by: start)
    let line = width * channels
    let rows = min(4, height - row)
    let columns = min(4, width - column)
    var c = 0
    while c < channels {
      for j in 0..<6 {
        let m = products + (j &* plane &+ c)
        let step = 6 &* plane
        let t = Winograd.output(
          (
            m.vector(0), m.vector(step), m.vector(2 &* step), m.vector(3 &* step), m.vector(4 &* step),
            m.vector(5 &* step)
          ))
        work[j] = t.0
        work[6 &+ j] = t.1
        work[12 &+ j] = t.2
        work[18 &+ j] = t.3
      }
      for i in 0..<rows {
        let w = work + (6 &* i)
        let y = Winograd.output((w[0], w[1], w[2], w[3], w[4], w[5]))
        let first = i &* line &+ c
        @inline(__always)
        func put(_ vector: Vector, _ j: Int) {
          guard j < columns else { return }
          let place = first &+ j &* channels
          corner.store(
            accumulate ? corner.vector(place) + vector : epilogue.finished(vector, place: place, column: c), place)
        }
        put(y.0, 0)
        put(y.1, 1)
        put(y.2, 2)
        put(y.3, 3)
      }
      c &+= 16
    }
  }

  @inline(__always)
  private static func store(_ t: Winograd.Six, to target: UnsafeMutablePointer<Vector>, stride: Int) {
    target[0] = t.0
    target[stride] = t.1
    target[2 &* stride] = t.2
    target[3 &* stride] = t.3
    target[4 &* stride] = t.4
    target[5 &* stride] = t.5
  }
}
