/// Products of many rows with weights that are laid out once for all of them: convolutions forward and back to the input.
///
/// OpenBLAS packs both operands at every call, which took an eighth of descriptor extraction. Here the weights are packed
/// beforehand into panels of 16 or 32 columns, the left operand is read where it lies, and a block of its rows stays in
/// the cache while one panel after the other goes by. Each number is summed in the order of the depth, whatever rows it is
/// computed with and however wide the panels are. Products whose both operands change, such as weight gradients and
/// training's of Winograd, are OpenBLAS's.
package enum PanelProduct {
  /// Bytes of the left operand's rows that a block may take of a core's second-level cache.
  private static let blockBytes = 512 << 10
  /// Rows of a block: the more there are, the less often panels come from beyond that cache.
  private static let blockRows = 24...96
  /// Numbers between two rows that fall on each other's places in a first-level cache.
  private static let aliasing = 1024

  /// Whether products with `columns` columns can be computed here: in whole panels, on a processor with vectors long
  /// enough.
  package static func suits(columns: Int) -> Bool { PanelShape.ofKernels.map { columns % $0.columns == 0 } ?? false }

  /// Rows that are best multiplied with all panels before the next are begun: whole tiles.
  package static func rowsPerBlock(depth: Int, in shape: PanelShape = .standard) -> Int {
    let rows = blockBytes / (4 * depth)
    return min(blockRows.upperBound, max(blockRows.lowerBound, rows)) / shape.rows * shape.rows
  }

  /// Rows that lie a multiple of 4 KiB apart compete for the same few places in the cache, which costs up to a quarter of
  /// the speed; they are better copied to rows of this stride first. Nil where the rows lie well.
  package static func paddedStride(depth: Int) -> Int? { depth % aliasing == 0 ? depth + 16 : nil }

  /// Where the number of a row and a column of a `[depth, columns]` matrix lies in its panels.
  package static func place(row: Int, column: Int, depth: Int, in shape: PanelShape = .standard) -> Int {
    (column / shape.columns * depth + row) * shape.columns + column % shape.columns
  }

  /// A matrix stored as `[columns, depth]` in panels `[columns / width, depth, width]`.
  package static func panels(
    ofRows weight: Tensor, columns: Int, depth: Int, in shape: PanelShape = .standard, on engine: Engine
  ) -> Tensor {
    let (source, width) = (weight.pointer, shape.columns)
    return panels(columns: columns, depth: depth, width: width, on: engine) { panel, start in
      let rows = source + panel * width * depth
      // A line of the cache of each row at a time: rows often lie a multiple of 4 KiB apart.
      for first in stride(from: 0, to: depth, by: 16) {
        for column in 0..<width {
          let row = rows + column &* depth
          for k in first..<min(first &+ 16, depth) { start[k &* width &+ column] = row[k] }
        }
      }
    }
  }

  /// A matrix stored as `[depth, columns]` in panels `[columns / width, depth, width]`.
  package static func panels(
    ofColumns weight: Tensor, columns: Int, depth: Int, in shape: PanelShape = .standard, on engine: Engine
  ) -> Tensor {
    let (source, width) = (weight.pointer, shape.columns)
    return panels(columns: columns, depth: depth, width: width, on: engine) { panel, start in
      for k in 0..<depth {
        (start + k * width).update(from: source + k * columns + panel * width, count: width)
      }
    }
  }

  @inline(__always)
  private static func panels(
    columns: Int, depth: Int, width: Int, on engine: Engine,
    fill: (_ panel: Int, _ start: UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let result = engine.empty([columns / width, depth, width])
    let target = result.pointer
    engine.parallel(columns / width) { panel, _ in fill(panel, target + panel * width * depth) }
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
    in shape: PanelShape = .standard, into result: UnsafeMutablePointer<Float>, accumulate: Bool = false,
    epilogue: Epilogue = Epilogue()
  ) {
    switch shape {
    case .narrow:
      multiply(
        in: SixRows<Vector>.self, rows: rows, columns: columns, depth: depth, left, stride: stride, panels: panels,
        into: result, accumulate: accumulate, epilogue)
    case .wide:
      multiply(
        in: TwelveRows.self, rows: rows, columns: columns, depth: depth, left, stride: stride,
        panels: panels, into: result, accumulate: accumulate, epilogue)
    }
  }

  private static func multiply<Tile: PanelTile>(
    in _: Tile.Type, rows: Int, columns: Int, depth: Int, _ left: UnsafePointer<Float>, stride: Int,
    panels: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, accumulate: Bool, _ epilogue: Epilogue
  ) {
    let width = Tile.Sums.columns
    for panel in 0..<columns / width {
      let column = panel * width
      @inline(__always)
      func compute<Rows: PanelTile>(_: Rows.Type, from row: Int) {
        let start = row * columns + column
        Rows.multiply(
          left + row * stride, stride: stride, depth: depth, panels + column * depth,
          into: PanelTarget(
            first: result + start, columns: columns, accumulate: accumulate,
            epilogue: epilogue.advanced(by: start, column: column)))
      }
      var row = 0
      while row + Tile.rows <= rows {
        compute(Tile.self, from: row)
        row += Tile.rows
      }
      if row < rows, rows >= Tile.rows, !accumulate {
        // The last rows are computed together with some that are done already.
        compute(Tile.self, from: rows - Tile.rows)
      } else {
        while row < rows {
          compute(OneRow<Tile.Sums>.self, from: row)
          row += 1
        }
      }
    }
  }
}
