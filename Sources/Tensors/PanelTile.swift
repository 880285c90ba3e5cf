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

/// Some rows' sums for the columns of one panel, all in registers.
protocol PanelTile {
  associatedtype Sums: RowSums
  static var rows: Int { get }
  init()
  /// Adds the products of one column of the left operand with one row of the panel.
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>)
  /// Writes them, or adds them to what is there.
  func write(to result: PanelTarget, row: Int)
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

struct OneRow<Sums: RowSums>: PanelTile {
  private var sums = Sums()

  static var rows: Int { 1 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>) {
    sums.add(panel, times: left[0])
  }

  @inline(__always)
  func write(to result: PanelTarget, row: Int) { sums.write(to: result, row: row) }
}

struct SixRows<Sums: RowSums>: PanelTile {
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
  func write(to result: PanelTarget, row: Int) {
    r0.write(to: result, row: row)
    r1.write(to: result, row: row &+ 1)
    r2.write(to: result, row: row &+ 2)
    r3.write(to: result, row: row &+ 3)
    r4.write(to: result, row: row &+ 4)
    r5.write(to: result, row: row &+ 5)
  }
}

struct TwelveRows<Sums: RowSums>: PanelTile {
  private var (upper, lower) = (SixRows<Sums>(), SixRows<Sums>())

  static var rows: Int { 12 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func add(_ left: UnsafePointer<Float>, stride: Int, times panel: UnsafePointer<Float>) {
    upper.add(left, stride: stride, times: panel)
    lower.add(left + 6 &* stride, stride: stride, times: panel)
  }

  @inline(__always)
  func write(to result: PanelTarget, row: Int) {
    upper.write(to: result, row: row)
    lower.write(to: result, row: row &+ 6)
  }
}
