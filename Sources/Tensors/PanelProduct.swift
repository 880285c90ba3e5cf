/// Products of many rows with weights that are laid out once for all of them: convolutions forward and back to the input.
///
/// OpenBLAS packs both operands at every call, which took an eighth of descriptor extraction. Here the weights are packed
/// beforehand into panels of 32 columns, the left operand is read where it lies, and a block of rows is finished before
/// the next is begun, so that it is still in the cache for what comes after it. Each number is summed in the order of
/// the depth, whatever rows it is computed with. Products whose both operands change, such as weight gradients and
/// Winograd's, are OpenBLAS's.
package enum PanelProduct {
  /// Columns of a panel: two vectors.
  private static let panelWidth = 32
  /// Rows that are computed at once: with two vectors each they fill 24 of AVX-512's 32 registers.
  private static let tileRows = 12
  /// Bytes of the two operands' rows that a block may take of a core's second-level cache.
  private static let blockBytes = 256 << 10
  /// Numbers between two rows that fall on each other's places in a first-level cache.
  private static let aliasing = 1024

  /// Whether products with `columns` columns can be computed here: in whole panels, on a processor with registers enough.
  package static func suits(columns: Int) -> Bool { MatrixProduct.hasWideKernels && columns % panelWidth == 0 }

  /// Rows that are best finished before the next are begun.
  package static func rowsPerBlock(columns: Int, depth: Int) -> Int {
    let rows = blockBytes / (4 * (columns + depth))
    return min(4, max(2, rows / tileRows)) * tileRows
  }

  /// Rows that lie a multiple of 4 KiB apart compete for the same few places in the cache, which costs up to a quarter of
  /// the speed; they are better copied to rows of this stride first. Nil where the rows lie well.
  package static func paddedStride(depth: Int) -> Int? { depth % aliasing == 0 ? depth + 16 : nil }

  /// Where the number of a row and a column of a `[depth, columns]` matrix lies in its panels.
  package static func place(row: Int, column: Int, depth: Int) -> Int {
    (column / panelWidth * depth + row) * panelWidth + column % panelWidth
  }

  /// A matrix stored as `[columns, depth]` in panels `[columns / 32, depth, 32]`.
  package static func panels(ofRows weight: Tensor, columns: Int, depth: Int, on engine: Engine) -> Tensor {
    let source = weight.pointer
    return panels(columns: columns, depth: depth, on: engine) { panel, start in
      let rows = source + panel * panelWidth * depth
      // A line of the cache of each row at a time: rows often lie a multiple of 4 KiB apart.
      for first in stride(from: 0, to: depth, by: 16) {
        for column in 0..<panelWidth {
          let row = rows + column &* depth
          for k in first..<min(first &+ 16, depth) { start[k &* panelWidth &+ column] = row[k] }
        }
      }
    }
  }

  /// A matrix stored as `[depth, columns]` in panels `[columns / 32, depth, 32]`.
  package static func panels(ofColumns weight: Tensor, columns: Int, depth: Int, on engine: Engine) -> Tensor {
    let source = weight.pointer
    return panels(columns: columns, depth: depth, on: engine) { panel, start in
      for k in 0..<depth {
        let row = source + k * columns + panel * panelWidth
        start.store(row.vector(0), k * panelWidth)
        start.store(row.vector(16), k * panelWidth + 16)
      }
    }
  }

  @inline(__always)
  private static func panels(
    columns: Int, depth: Int, on engine: Engine,
    fill: (_ panel: Int, _ start: UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let result = engine.empty([columns / panelWidth, depth, panelWidth])
    let target = result.pointer
    engine.parallel(columns / panelWidth) { panel, _ in fill(panel, target + panel * panelWidth * depth) }
    return result
  }

  /// `result = left · panels` for some rows, finished as the epilogue says, or `result += left · panels` where
  /// `accumulate` is set.
  ///
  /// - Parameters:
  ///   - left: rows of `depth` numbers.
  ///   - stride: numbers from one row of `left` to the next.
  ///   - result: rows of `columns` numbers, one after the other.
  package static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: UnsafePointer<Float>, stride: Int, panels: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool = false, epilogue: Epilogue = Epilogue()
  ) {
    for panel in 0..<columns / panelWidth {
      let right = panels + panel * panelWidth * depth
      let column = panel * panelWidth
      @inline(__always)
      func computeTile(from row: Int) {
        tile(
          left + row * stride, stride: stride, depth: depth, right, into: result + row * columns + column,
          columns: columns, accumulate: accumulate, epilogue.advanced(by: row * columns + column, column: column))
      }
      var row = 0
      while row + tileRows <= rows {
        computeTile(from: row)
        row += tileRows
      }
      if row < rows, rows >= tileRows, !accumulate {
        // The last rows are computed together with some that are done already.
        computeTile(from: rows - tileRows)
      } else {
        while row < rows {
          let start = row * columns + column
          line(
            left + row * stride, depth: depth, right, into: result + start, accumulate: accumulate,
            epilogue.advanced(by: start, column: column))
          row += 1
        }
      }
    }
  }

  private static func line(
    _ left: UnsafePointer<Float>, depth: Int, _ panel: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    accumulate: Bool, _ epilogue: Epilogue
  ) {
    var (a, b) = (Vector.zero, Vector.zero)
    for k in 0..<depth {
      let x = Vector(repeating: left[k])
      a.addProduct(x, panel.vector(k &* panelWidth))
      b.addProduct(x, panel.vector(k &* panelWidth &+ 16))
    }
    result.store(accumulate ? result.vector(0) + a : epilogue.finished(a, place: 0, column: 0), 0)
    result.store(accumulate ? result.vector(16) + b : epilogue.finished(b, place: 16, column: 16), 16)
  }

  /// Twelve rows of one panel, all sums in registers.
  @inline(never)
  private static func tile(
    _ left: UnsafePointer<Float>, stride: Int, depth: Int, _ panel: UnsafePointer<Float>,
    into result: UnsafeMutablePointer<Float>, columns: Int, accumulate: Bool, _ epilogue: Epilogue
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
      w += panelWidth
    }
    @inline(__always)
    func store(_ row: Int, _ sum: Pair) {
      let start = row &* columns
      @inline(__always)
      func put(_ sums: Vector, _ column: Int) {
        let place = start &+ column
        result.store(
          accumulate ? result.vector(place) + sums : epilogue.finished(sums, place: place, column: column), place)
      }
      put(sum.0, 0)
      put(sum.1, 16)
    }
    store(0, r0)
    store(1, r1)
    store(2, r2)
    store(3, r3)
    store(4, r4)
    store(5, r5)
    store(6, r6)
    store(7, r7)
    store(8, r8)
    store(9, r9)
    store(10, r10)
    store(11, r11)
  }
}
