import Tensors

/// The rows of a convolution's left operand, as stretches of a map in bfloat16: one for each tap, or zeros where that lies
/// outside the map.
///
/// Position (i, j) of an image reads, for a tap (r, s), the channels of the map's place (i · step + r, j · step + s). Where
/// channels are odd in number, so that pairs would reach across stretches, or where rows would compete for the same places in
/// the cache, each row is copied to one stretch.
struct PatchRows {
  /// Positions, over all images.
  let count: Int
  /// Stretches of a row.
  let stretches: Int
  /// Numbers of a stretch.
  let length: Int
  private let isGathered: Bool
  private let map: Tensor
  private let rows, columns, step: Int
  private let taps: [(row: Int, column: Int)]
  private let zeros: Tensor

  /// - Parameters:
  ///   - map: `[N, H, W, C]`.
  ///   - rows: of positions in each image.
  init(
    _ map: Tensor, batch: Int, rows: Int, columns: Int, step: Int, taps: [(row: Int, column: Int)], on engine: Engine
  ) {
    let channels = map.shape[3]
    count = batch * rows * columns
    (self.map, self.rows, self.columns, self.step, self.taps) = (map, rows, columns, step, taps)
    isGathered = channels % 2 == 1 || (taps.count == 1 && channels % Self.aliasing == 0)
    (stretches, length) = isGathered ? (1, taps.count * channels) : (taps.count, channels)
    zeros = engine.empty([length], as: .bfloat16)
    zeros.numbers(BFloat16.self).update(repeating: BFloat16(rounding: 0), count: length)
  }

  /// Numbers between two rows that fall on each other's places in a first-level cache: 4 KiB.
  private static let aliasing = 2048

  /// Numbers of a row that is copied: even, and some more where rows must not lie 4 KiB apart.
  private var stride: Int { (length + 1) / 2 * 2 + (length % Self.aliasing == 0 ? 32 : 0) }

  /// Numbers of memory that so many rows are copied to.
  func gatheredCount(rows: Int) -> Int { isGathered ? rows * stride : 0 }

  /// Finds where the stretches of some positions begin: those of all positions for the first tap, then for the next.
  ///
  /// - Parameters:
  ///   - total: positions there is room for; those beyond the last are zeros. Nil for none.
  ///   - memory: where rows are copied to, with room for ``gatheredCount(rows:)`` numbers.
  func find(
    _ positions: Range<Int>, _ starts: UnsafeMutablePointer<UnsafePointer<BFloat16>>, filledUpTo total: Int? = nil,
    gatheredIn memory: UnsafeMutablePointer<BFloat16>
  ) {
    let total = total ?? positions.count
    let (height, width, channels) = (map.shape[1], map.shape[2], map.shape[3])
    let (source, nothing) = (UnsafePointer(map.numbers(BFloat16.self)), UnsafePointer(zeros.numbers(BFloat16.self)))
    for (index, position) in positions.enumerated() {
      let (line, column) = position.quotientAndRemainder(dividingBy: columns)
      let (image, row) = line.quotientAndRemainder(dividingBy: rows)
      let (top, left) = (row &* step, column &* step)
      let first = (image &* height &+ top) &* width &+ left
      @inline(__always)
      func start(_ tap: (row: Int, column: Int)) -> UnsafePointer<BFloat16>? {
        let (h, w) = (top &+ tap.row, left &+ tap.column)
        guard h >= 0, h < height, w >= 0, w < width else { return nil }
        return source + (first &+ tap.row &* width &+ tap.column) &* channels
      }
      if isGathered {
        let target = memory + index * stride
        gather(start, channels, into: target)
        starts[index] = UnsafePointer(target)
      } else {
        var place = index
        for tap in taps {
          starts[place] = start(tap) ?? nothing
          place &+= total
        }
      }
    }
    for tap in 0..<stretches {
      for index in positions.count..<max(total, positions.count) { starts[tap * total + index] = nothing }
    }
  }

  /// Copies one row's stretches, those that lie side by side at once.
  private func gather(
    _ start: ((row: Int, column: Int)) -> UnsafePointer<BFloat16>?, _ channels: Int,
    into target: UnsafeMutablePointer<BFloat16>
  ) {
    var tap = 0
    while tap < taps.count {
      let first = start(taps[tap])
      var end = tap + 1
      while end < taps.count, let place = first, start(taps[end]) == place + (end - tap) * channels { end += 1 }
      let count = (end - tap) * channels
      if let first {
        (target + tap * channels).update(from: first, count: count)
      } else {
        (target + tap * channels).update(repeating: BFloat16(rounding: 0), count: count)
      }
      tap = end
    }
    if length % 2 == 1 { target[length] = BFloat16(rounding: 0) }
  }
}

/// How a worker's scratch memory is divided among several uses.
struct ScratchPlan {
  private(set) var bytes = 0

  /// A part of the memory.
  struct Part<Item> {
    fileprivate let offset: Int

    func memory(in scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Item> {
      (UnsafeMutableRawPointer(scratch) + offset).assumingMemoryBound(to: Item.self)
    }
  }

  /// Takes room for some items, aligned to 64 bytes.
  mutating func add<Item>(_ kind: Item.Type, _ count: Int) -> Part<Item> {
    defer { bytes += (count * MemoryLayout<Item>.stride + 63) / 64 * 64 }
    return Part(offset: bytes)
  }
}
