/// How wide panels are, and how many rows are computed at once: as much as a processor's registers hold.
package enum PanelShape: Sendable, CaseIterable {
  /// 16 columns and 6 rows: 12 sums, a row of the panel and a factor in the 16 registers of 256 bits.
  case narrow
  /// 32 columns and 12 rows: 24 sums, a row of the panel and a factor in the 32 registers of 512 bits.
  case wide

  /// Columns of a panel.
  package var columns: Int { self == .wide ? VectorPair.columns : Vector.columns }
  /// Rows that are computed at once.
  package var rows: Int { self == .wide ? 12 : 6 }

  /// What suits the vectors of the kernels that OpenBLAS runs; nil where they are too short for panels to pay.
  static let ofKernels: PanelShape? =
    if KernelChoice.wide.contains(MatrixProduct.kernels) {
      .wide
    } else if KernelChoice.narrow.contains(MatrixProduct.kernels) { .narrow } else { nil }

  /// What is taken where nobody asks for another.
  package static let standard = ofKernels ?? .narrow
}

/// How some rows are multiplied with one panel, all sums in registers.
protocol PanelTile {
  associatedtype Sums: RowSums
  static var rows: Int { get }
  /// - Parameter stride: numbers from one row of `left` to the next.
  static func multiply(
    _ left: UnsafePointer<Float>, stride: Int, depth: Int, _ panel: UnsafePointer<Float>, into result: PanelTarget)
}

/// A tile whose loop over the depth the compiler may arrange as it likes.
protocol PlainTile: PanelTile {
  init()
  /// Adds the products of one column of the left operand with one row of the panel.
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>)
  func write(to result: PanelTarget)
}

extension PlainTile {
  @inline(never)
  static func multiply(
    _ left: UnsafePointer<Float>, stride: Int, depth: Int, _ panel: UnsafePointer<Float>, into result: PanelTarget
  ) {
    var tile = Self()
    var x = left
    var w = panel
    for _ in 0..<depth {
      tile.add(x, stride: stride, times: w)
      x += 1
      w += Sums.columns
    }
    tile.write(to: result)
  }
}

/// One row's sums for the columns of a panel.
protocol RowSums {
  static var columns: Int { get }
  init()
  mutating func add(_ panel: UnsafePointer<Float>, times factor: Float)
  func write(to result: PanelTarget, row: Int)
}

/// Where a tile's sums go.
struct PanelTarget {
  /// Of the first row and the panel's first column.
  let first: UnsafeMutablePointer<Float>
  /// Numbers from one row to the next.
  let columns: Int
  let accumulate: Bool
  let epilogue: Epilogue

  @inline(__always)
  func write(_ sums: Vector, row: Int, column: Int) {
    let place = row &* columns &+ column
    first.store(
      accumulate ? first.vector(place) + sums : epilogue.finished(sums, place: place, column: column), place)
  }
}

extension Vector: RowSums {
  static var columns: Int { 16 }

  @inline(__always)
  mutating func add(_ panel: UnsafePointer<Float>, times factor: Float) {
    addProduct(panel.vector(0), Vector(repeating: factor))
  }

  @inline(__always)
  func write(to result: PanelTarget, row: Int) { result.write(self, row: row, column: 0) }
}

/// The sums of 32 columns.
struct VectorPair: RowSums {
  private var (first, second) = (Vector.zero, Vector.zero)

  static var columns: Int { 32 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ panel: UnsafePointer<Float>, times factor: Float) {
    let factors = Vector(repeating: factor)
    first.addProduct(panel.vector(0), factors)
    second.addProduct(panel.vector(16), factors)
  }

  @inline(__always)
  func write(to result: PanelTarget, row: Int) {
    result.write(first, row: row, column: 0)
    result.write(second, row: row, column: 16)
  }
}

struct OneRow<Sums: RowSums>: PlainTile {
  private var sums = Sums()

  static var rows: Int { 1 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>) {
    sums.add(panel, times: left[0])
  }

  @inline(__always)
  func write(to result: PanelTarget) { sums.write(to: result, row: 0) }
}

struct SixRows<Sums: RowSums>: PlainTile {
  private var (r0, r1, r2, r3, r4, r5) = (Sums(), Sums(), Sums(), Sums(), Sums(), Sums())

  static var rows: Int { 6 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>) {
    r0.add(panel, times: left[0])
    r1.add(panel, times: left[stride])
    r2.add(panel, times: left[2 &* stride])
    r3.add(panel, times: left[3 &* stride])
    r4.add(panel, times: left[4 &* stride])
    r5.add(panel, times: left[5 &* stride])
  }

  @inline(__always)
  func write(to result: PanelTarget) {
    r0.write(to: result, row: 0)
    r1.write(to: result, row: 1)
    r2.write(to: result, row: 2)
    r3.write(to: result, row: 3)
    r4.write(to: result, row: 4)
    r5.write(to: result, row: 5)
  }
}

/// Twelve rows of 32 columns, written out: of a ``PlainTile`` the compiler takes two steps of the depth at once, for which
/// the registers do not suffice, so that it ran at two thirds of this speed.
enum TwelveRows: PanelTile {
  typealias Sums = VectorPair

  static var rows: Int { 12 }

  @inline(never)
  static func multiply(
    _ left: UnsafePointer<Float>, stride: Int, depth: Int, _ panel: UnsafePointer<Float>, into result: PanelTarget
  ) {
    typealias Pair = (Vector, Vector)
    let zero = (Vector.zero, Vector.zero)
    var (r0, r1, r2, r3, r4, r5) = (zero, zero, zero, zero, zero, zero)
    var (r6, r7, r8, r9, r10, r11) = (zero, zero, zero, zero, zero, zero)
    var x = left
    var w = panel
    for _ in 0..<depth {
      let (a, b) = (w.vector(0), w.vector(16))
      @inline(__always)
      func add(_ row: Int, _ sum: inout Pair) {
        let value = Vector(repeating: x[row &* stride])
        sum.0.addProduct(a, value)
        sum.1.addProduct(b, value)
      }
      add(0, &r0)
      add(1, &r1)
      add(2, &r2)
      add(3, &r3)
      add(4, &r4)
      add(5, &r5)
      add(6, &r6)
      add(7, &r7)
      add(8, &r8)
      add(9, &r9)
      add(10, &r10)
      add(11, &r11)
      x += 1
      w += 32
    }
    @inline(__always)
    func write(_ row: Int, _ sum: Pair) {
      result.write(sum.0, row: row, column: 0)
      result.write(sum.1, row: row, column: 16)
    }
    write(0, r0)
    write(1, r1)
    write(2, r2)
    write(3, r3)
    write(4, r4)
    write(5, r5)
    write(6, r6)
    write(7, r7)
    write(8, r8)
    write(9, r9)
    write(10, r10)
    write(11, r11)
  }
}
