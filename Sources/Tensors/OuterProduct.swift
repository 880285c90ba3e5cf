/// Products of two matrices that share their long dimension as rows, `left ᵀ · right`: gradients of weights, whose operands
/// both change.
///
/// OpenBLAS packs both at every call. Whoever writes them sixteen columns at a time can as well lay them out as they are
/// read here: `[columns / 16, depth, 16]`. A number of the result is summed in the order of the depth.
package enum OuterProduct {
  /// Rows and columns of the result that are computed at once: 16 sums, a row of the right operand and a factor.
  private static let (tileRows, tileColumns) = (8, 32)

  /// Whether such a product can be computed here and its sums are registers: the processor must have vectors of 512 bits.
  package static func suits(rows: Int, columns: Int) -> Bool {
    rows % Vector.scalarCount == 0 && columns % tileColumns == 0 && PanelShape.ofKernels == .wide
  }

  /// `result = left ᵀ · right`, or `result += left ᵀ · right` where `accumulate` is set.
  ///
  /// - Parameters:
  ///   - left: `[rows / 16, depth, 16]`.
  ///   - right: `[columns / 16, depth, 16]`.
  ///   - result: rows of `columns` numbers, one after the other.
  package static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    for column in stride(from: 0, to: columns, by: tileColumns) {
      for row in stride(from: 0, to: rows, by: tileRows) {
        let (block, place) = row.quotientAndRemainder(dividingBy: Vector.scalarCount)
        multiply(
          depth, left + block * depth * Vector.scalarCount + place, right + column * depth,
          into: result + row * columns + column, columns, accumulate)
      }
    }
  }

  /// One tile; written out, so that the compiler keeps each sum in a register.
  @inline(never)
  private static func multiply(
    _ depth: Int, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, _ columns: Int, _ accumulate: Bool
  ) {
    typealias Pair = (Vector, Vector)
    let zero = (Vector.zero, Vector.zero)
    var (r0, r1, r2, r3, r4, r5, r6, r7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    let second = right + depth &* Vector.scalarCount
    for place in 0..<depth {
      let d = place &* Vector.scalarCount
      let (a, b) = (right.vector(d), second.vector(d))
      @inline(__always)
      func add(_ row: Int, _ sum: inout Pair) {
        let factor = Vector(repeating: left[d &+ row])
        sum.0.addProduct(a, factor)
        sum.1.addProduct(b, factor)
      }
      add(0, &r0)
      add(1, &r1)
      add(2, &r2)
      add(3, &r3)
      add(4, &r4)
      add(5, &r5)
      add(6, &r6)
      add(7, &r7)
    }
    @inline(__always)
    func write(_ row: Int, _ sum: Pair) {
      let place = row &* columns
      result.store(accumulate ? result.vector(place) + sum.0 : sum.0, place)
      result.store(accumulate ? result.vector(place &+ 16) + sum.1 : sum.1, place &+ 16)
    }
    write(0, r0)
    write(1, r1)
    write(2, r2)
    write(3, r3)
    write(4, r4)
    write(5, r5)
    write(6, r6)
    write(7, r7)
  }
}
