import Tensors

/// The nearest images of each image of a joint set, nearest first.
struct Neighbours: Sendable {
  /// How many there are of each.
  let depth: Int
  /// Their places, `count × depth`.
  let places: [Int32]
  /// Their squared distances, `count × depth`.
  let squared: [Float]
  /// The largest squared distance of each image to any other.
  let largest: [Float]

  var count: Int { largest.count }
}

/// Nearest images while they are being found: for each image a sorted list of keys.
///
/// A key is the bits of a squared distance above a place, counted from 1. Distances are not negative, so whole-number
/// order of keys is the order by distance and then by place. The image itself has key 0: it comes before its equals,
/// else one with many equals would not be among its own neighbours.
final class NeighbourLists {
  // Threads share an object of this class: a thread writes only rows whose block it holds the lock of.

  private static let none = UInt64(Float.infinity.bitPattern) << 32 | 0xffff_ffff

  private let count: Int
  private let depth: Int
  private let keys: UnsafeMutablePointer<UInt64>
  /// The distance that the next one has to stay under, or to equal, to be listed.
  private let bounds: UnsafeMutablePointer<Float>
  private let largest: UnsafeMutablePointer<Float>

  init(count: Int, depth: Int) {
    self.count = count
    self.depth = depth
    keys = .allocate(capacity: count * depth)
    keys.initialize(repeating: Self.none, count: count * depth)
    for row in 0..<count { keys[row * depth] = 0 }
    bounds = .allocate(capacity: count)
    bounds.initialize(repeating: depth > 1 ? .infinity : 0, count: count)
    largest = .allocate(capacity: count)
    largest.initialize(repeating: 0, count: count)
  }

  deinit {
    keys.deallocate()
    bounds.deallocate()
    largest.deallocate()
  }

  /// `|a|² + |b|² − 2·a·b` in double precision; what rounding makes negative is 0.
  @inline(__always)
  private static func squared(_ product: Float, _ a: Double, _ b: Double) -> Float {
    Float(max(0, a + b - 2 * Double(product)))
  }

  /// Takes a tile of inner products between different images, for its rows and for its columns.
  ///
  /// - Parameter target: where the distances of row r are stored too, from `r · stride` on.
  func take(
    _ tile: UnsafeMutablePointer<Float>, rows: Range<Int>, columns: Range<Int>, norms: UnsafePointer<Double>,
    storing target: UnsafeMutablePointer<Float>?, stride: Int
  ) {
    let width = columns.count
    let whole = width / 16 * 16
    let first = columns.lowerBound
    for row in rows {
      let products = UnsafePointer(tile + (row - rows.lowerBound) * width)
      let stored = target.map { $0 + row * stride }
      let norm = norms[row]
      let rowNorm = SIMD16<Double>(repeating: norm)
      var rowLargest = Vector.zero
      for offset in Swift.stride(from: 0, to: whole, by: 16) {
        let column = first + offset
        let columnNorms = UnsafeRawPointer(norms + column).loadUnaligned(as: SIMD16<Double>.self)
        let exact = rowNorm + columnNorms - 2 * SIMD16<Double>(products.vector(offset))
        let distances = Vector(exact).rectified
        stored?.store(distances, offset)
        rowLargest.replace(with: distances, where: distances .> rowLargest)
        let before = (largest + column).vector(0)
        (largest + column).store(before.replacing(with: distances, where: distances .> before), 0)
        let near = distances .<= Vector(repeating: bounds[row]) .| distances .<= (bounds + column).vector(0)
        if any(near) {
          for lane in 0..<16 where near[lane] {
            insert(distances[lane], of: column + lane, into: row)
            insert(distances[lane], of: row, into: column + lane)
          }
        }
      }
      largest[row] = max(largest[row], rowLargest.max())
      for offset in whole..<width {
        let distance = Self.squared(products[offset], norm, norms[first + offset])
        stored?[offset] = distance
        insert(distance, of: first + offset, into: row)
        insert(distance, of: row, into: first + offset)
        largest[row] = max(largest[row], distance)
        largest[first + offset] = max(largest[first + offset], distance)
      }
    }
  }

  /// Takes the tile of a block with itself, of which each pair counts once.
  func takeOwn(_ tile: UnsafeMutablePointer<Float>, rows: Range<Int>, norms: UnsafePointer<Double>) {
    for row in rows {
      let products = tile + (row - rows.lowerBound) * rows.count
      for other in row + 1..<max(row + 1, rows.upperBound) {
        let distance = Self.squared(products[other - rows.lowerBound], norms[row], norms[other])
        insert(distance, of: other, into: row)
        insert(distance, of: row, into: other)
        largest[row] = max(largest[row], distance)
        largest[other] = max(largest[other], distance)
      }
    }
  }

  @inline(__always)
  private func insert(_ distance: Float, of place: Int, into row: Int) {
    guard distance <= bounds[row] else { return }
    let key = UInt64(distance.bitPattern) << 32 | UInt64(place + 1)
    let list = keys + row * depth
    guard key < list[depth - 1] else { return }
    var slot = depth - 1
    while slot > 0 && list[slot - 1] > key {
      list[slot] = list[slot - 1]
      slot -= 1
    }
    list[slot] = key
    bounds[row] = Float(bitPattern: UInt32(truncatingIfNeeded: list[depth - 1] >> 32))
  }

  /// The lists as they stand.
  func finished() -> Neighbours {
    let all = UnsafeBufferPointer(start: keys, count: count * depth)
    return Neighbours(
      depth: depth,
      places: all.indices.map { Int32(truncatingIfNeeded: all[$0] == 0 ? $0 / depth : Int(all[$0] & 0xffff_ffff) - 1) },
      squared: all.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 >> 32)) },
      largest: Array(UnsafeBufferPointer(start: largest, count: count)))
  }
}
