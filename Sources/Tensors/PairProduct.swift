import Kernels
import Machine

/// Products of bfloat16 numbers, summed in single precision, by AVX512_BF16: one instruction multiplies sixteen pairs of them
/// and adds both products of each to a sum.
///
/// A number of the result is summed in the order of its pairs, whatever is computed beside it.
package enum PairProduct {
  /// Whether this processor can compute them.
  package static let isThere = ["AVX512F", "AVX512BW", "AVX512VL", "AVX512-BF16"].allSatisfy(
    InstructionSets.processorHas)

  /// Rows of a tile at the most.
  package static let tileRows = 14
  /// Columns of a panel.
  package static let panelWidth = 32
  /// Words behind a left operand's last that ``pairColumns(_:rows:stride:columns:into:)`` may write to.
  package static let spareWords = 15

  /// A matrix of `depth` rows, rounded and laid out as right operand: panels of `[pairs, 32]` words. An odd depth is filled up
  /// with zeros, as the last panel's columns are.
  ///
  /// - Parameter row: where each row begins.
  package static func panels(
    columns: Int, depth: Int, on engine: Engine, row: (_ place: Int) -> UnsafePointer<Float>
  ) -> Tensor {
    panels(columns: columns, depth: depth, on: engine) { first, words in
      let count = min(panelWidth, columns - first)
      for pair in 0..<(depth + 1) / 2 {
        let upper = row(2 * pair) + first
        let lower = 2 * pair + 1 < depth ? row(2 * pair + 1) + first : nil
        let target = words + pair * panelWidth
        var c = 0
        while c &+ 16 <= count {
          let odd = kernels_bf16_rounded(lower?.vector(c) ?? .zero)
          UnsafeMutableRawPointer(target + c).storeBytes(
            of: kernels_bf16_rounded(upper.vector(c)) | odd &<< 16, as: SIMD16<UInt32>.self)
          c &+= 16
        }
        while c < panelWidth {
          target[c] = c < count ? word(upper[c], lower?[c] ?? 0) : 0
          c &+= 1
        }
      }
    }
  }

  /// The transpose of a matrix of `columns` rows of `depth` numbers, one after the other, rounded and laid out as right
  /// operand.
  package static func panels(
    ofRows matrix: UnsafePointer<Float>, columns: Int, depth: Int, on engine: Engine
  ) -> Tensor {
    panels(columns: columns, depth: depth, on: engine) { first, words in
      // A line of the cache of each row at a time: rows often lie a multiple of 4 KiB apart.
      for d in stride(from: 0, to: depth, by: 16) {
        for c in 0..<panelWidth {
          let target = words + d / 2 * panelWidth + c
          guard first + c < columns else {
            for pair in 0..<(min(16, depth - d) + 1) / 2 { target[pair * panelWidth] = 0 }
            continue
          }
          let row = matrix + (first + c) * depth + d
          if d + 16 <= depth {
            let pairs = kernels_bf16_paired(row.vector(0))
            for pair in 0..<8 { target[pair &* panelWidth] = pairs[pair] }
          } else {
            for pair in 0..<(depth - d + 1) / 2 {
              target[pair * panelWidth] = word(row[2 * pair], d + 2 * pair + 1 < depth ? row[2 * pair + 1] : 0)
            }
          }
        }
      }
    }
  }

  private static func word(_ upper: Float, _ lower: Float) -> UInt32 {
    UInt32(BFloat16(rounding: upper).bits) | UInt32(BFloat16(rounding: lower).bits) << 16
  }

  @inline(__always)
  private static func panels(
    columns: Int, depth: Int, on engine: Engine,
    fill: (_ first: Int, _ words: UnsafeMutablePointer<UInt32>) -> Void
  ) -> Tensor {
    let (panels, pairs) = ((columns + panelWidth - 1) / panelWidth, (depth + 1) / 2)
    let result = engine.empty([panels, pairs, 2 * panelWidth], as: .bfloat16)
    let words = UnsafeMutableRawPointer(result.numbers(BFloat16.self)).assumingMemoryBound(to: UInt32.self)
    engine.parallel(panels) { panel, _ in fill(panel * panelWidth, words + panel * pairs * panelWidth) }
    return result
  }

  /// Where a tile reads and writes.
  package struct Tile {
    /// Rows of the result, ``tileRows`` at the most.
    package let rows: Int
    /// Where the stretches of the left operand begin that the rows are made of: those of all rows, then the next of each.
    package let left: UnsafeMutablePointer<UnsafePointer<BFloat16>>
    /// Where each row of the result begins.
    package let result: UnsafeMutablePointer<UnsafeMutablePointer<BFloat16>>
    /// Rows like the result's that are added; nil for none.
    package let added: UnsafeMutablePointer<UnsafePointer<BFloat16>>?
    /// Rows of the tile whose stretches begin behind this one's, if what they read is to be fetched into the cache.
    package let rowsToFetch: Int

    package init(
      rows: Int, left: UnsafeMutablePointer<UnsafePointer<BFloat16>>,
      result: UnsafeMutablePointer<UnsafeMutablePointer<BFloat16>>,
      added: UnsafeMutablePointer<UnsafePointer<BFloat16>>?, rowsToFetch: Int = 0
    ) {
      self.rows = rows
      self.left = left
      self.result = result
      self.added = added
      self.rowsToFetch = rowsToFetch
    }
  }

  /// The columns of one panel for the rows of a tile: `result = activation(left · panel + bias + added)`, rounded.
  ///
  /// - Parameters:
  ///   - stretches: of which each row of the left operand is made.
  ///   - pairs: of a stretch.
  ///   - panels: the right operand, `stretches · pairs` deep.
  ///   - columns: of the whole result.
  ///   - bias: a number for each column.
  package static func multiply(
    _ tile: Tile, stretches: Int, pairs: Int, panel: Int, of panels: Tensor, columns: Int,
    bias: UnsafePointer<Float>?, isRectified: Bool
  ) {
    let first = panel * panelWidth
    #if arch(x86_64)
      let words = UnsafeRawPointer(panels.numbers(BFloat16.self)).assumingMemoryBound(to: UInt32.self)
      var call = kernels_bf16_tile()
      call.rows = Int32(tile.rows)
      call.taps = Int32(stretches)
      call.pairs = pairs
      call.left = UnsafeRawPointer(tile.left).assumingMemoryBound(to: UnsafePointer<UInt32>?.self)
      call.next = call.left + tile.rows * stretches
      call.next_rows = Int32(tile.rowsToFetch)
      call.panel = words + panel * stretches * pairs * panelWidth
      call.result = UnsafeRawPointer(tile.result).assumingMemoryBound(to: UnsafeMutablePointer<UInt16>?.self)
      call.first = first
      call.columns = Int32(min(panelWidth, columns - first))
      call.bias = bias.map { $0 + first }
      call.added = tile.added.map {
        UnsafeRawPointer($0).assumingMemoryBound(to: UnsafePointer<UInt16>?.self)
      }
      call.rectified = isRectified ? 1 : 0
      call.continues = first + panelWidth < columns ? 1 : 0
      kernels_bf16_multiply(&call)
    #else
      preconditionFailure("this processor has no instructions for pairs")
    #endif
  }

  /// Lays columns of a matrix of `rows` rows, `stride` numbers apart, out as a left operand whose depth is the rows.
  ///
  /// - Parameter words: `columns` for each pair of rows, and ``spareWords`` more.
  package static func pairColumns(
    _ matrix: UnsafePointer<BFloat16>, rows: Int, stride: Int, columns: Int, into words: UnsafeMutablePointer<UInt32>
  ) {
    #if arch(x86_64)
      kernels_bf16_pair_columns(
        rows, UnsafeRawPointer(matrix).assumingMemoryBound(to: UInt16.self), stride, Int32(columns), words)
    #else
      preconditionFailure("this processor has no instructions for pairs")
    #endif
  }

  /// Lays columns of some rows out as a right operand whose depth is the rows, one panel.
  ///
  /// - Parameters:
  ///   - rows: where each of `2 · pairs` rows begins.
  ///   - columns: which of their columns, ``panelWidth`` at the most.
  ///   - words: ``panelWidth`` for each pair, aligned to 64 bytes.
  package static func pairRows(
    _ rows: UnsafeMutablePointer<UnsafePointer<BFloat16>>, pairs: Int, columns: Range<Int>,
    into words: UnsafeMutablePointer<UInt32>
  ) {
    #if arch(x86_64)
      kernels_bf16_pair_rows(
        pairs, UnsafeRawPointer(rows).assumingMemoryBound(to: UnsafePointer<UInt16>?.self), columns.lowerBound,
        Int32(columns.count), words)
    #else
      preconditionFailure("this processor has no instructions for pairs")
    #endif
  }

  /// `result = left · right` in single precision, or `result += left · right` where `accumulate` is set, for operands of
  /// ``pairColumns(_:rows:stride:columns:into:)`` and ``pairRows(_:pairs:columns:into:)``.
  ///
  /// - Parameters:
  ///   - rows: of the result, ``tileRows`` at the most.
  ///   - stride: numbers from one row of the result to the next.
  package static func outer(
    rows: Int, columns: Int, pairs: Int, _ left: UnsafePointer<UInt32>, _ right: UnsafePointer<UInt32>,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    #if arch(x86_64)
      kernels_bf16_outer(Int32(rows), pairs, left, right, result, stride, Int32(columns), accumulate ? 0 : 1)
    #else
      preconditionFailure("this processor has no instructions for pairs")
    #endif
  }
}
