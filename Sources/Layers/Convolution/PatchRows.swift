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
  /// Taps beside each other, as one.
  private typealias Run = (row: Int, column: Int, count: Int)
  private let runs: [Run]
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
    var runs: [Run] = []
    for tap in taps {
      if let last = runs.last, last.row == tap.row, last.column + last.count == tap.column {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((tap.row, tap.column, 1))
      }
    }
    self.runs = runs
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
    var index = 0
    while index < positions.count {
      let (line, column) = (positions.lowerBound + index).quotientAndRemainder(dividingBy: columns)
      let rest = min(columns - column, positions.count - index)
      if isGathered {
        gather(line: line, columns: column..<column + rest, starts + index, into: memory + index * stride)
      } else {
        find(line: line, columns: column..<column + rest, starts + index, total)
      }
      index += rest
    }
    for tap in 0..<stretches {
      for index in positions.count..<max(total, positions.count) {
        starts[tap * total + index] = UnsafePointer(zeros.numbers(BFloat16.self))
      }
    }
  }

  /// Finds the stretches of neighbouring positions.
  ///
  /// - Parameter total: pointers from one tap's to the next one's.
  private func find(
    line: Int, columns: Range<Int>, _ starts: UnsafeMutablePointer<UnsafePointer<BFloat16>>, _ total: Int
  ) {
    let (height, width, channels) = (map.shape[1], map.shape[2], map.shape[3])
    let nothing = UnsafePointer(zeros.numbers(BFloat16.self))
    let (image, row) = line.quotientAndRemainder(dividingBy: rows)
    for (number, tap) in taps.enumerated() {
      let (targets, h) = (starts + number * total, row * step + tap.row)
      guard h >= 0, h < height else {
        targets.update(repeating: nothing, count: columns.count)
        continue
      }
      let places = UnsafePointer(map.numbers(BFloat16.self)) + (image * height + h) * width * channels
      var w = columns.lowerBound &* step &+ tap.column
      for index in 0..<columns.count {
        targets[index] = w >= 0 && w < width ? places + w &* channels : nothing
        w &+= step
      }
    }
  }

  /// Copies each of some neighbouring positions' stretches to one.
  private func gather(
    line: Int, columns: Range<Int>, _ starts: UnsafeMutablePointer<UnsafePointer<BFloat16>>,
    into memory: UnsafeMutablePointer<BFloat16>
  ) {
    let (height, width, channels) = (map.shape[1], map.shape[2], map.shape[3])
    let source = UnsafePointer(map.numbers(BFloat16.self))
    let (image, row) = line.quotientAndRemainder(dividingBy: rows)
    for (index, column) in columns.enumerated() {
      var target = memory + index * stride
      starts[index] = UnsafePointer(target)
      for run in runs {
        let (h, first) = (row &* step &+ run.row, column &* step &+ run.column)
        let isInside = h >= 0 && h < height
        let places = source + ((image &* height &+ h) &* width &+ first) &* channels
        if isInside, first >= 0, first &+ run.count <= width {
          Self.copy(places, to: target, count: run.count &* channels)
        } else {
          for place in 0..<run.count {
            let (w, part) = (first + place, target + place * channels)
            if isInside, w >= 0, w < width {
              part.update(from: places + place * channels, count: channels)
            } else {
              part.update(repeating: BFloat16(rounding: 0), count: channels)
            }
          }
        }
        target += run.count &* channels
      }
      if length % 2 == 1 { target[0] = BFloat16(rounding: 0) }
    }
  }

  @inline(__always)
  private static func copy(_ source: UnsafePointer<BFloat16>, to target: UnsafeMutablePointer<BFloat16>, count: Int) {
    guard count >= 16, count < 128 else { return target.update(from: source, count: count) }
    // The last sixteen once more cost less than a call: the stem's rows are 21 numbers.
    var place = 0
    while place &+ 16 < count {
      copySixteen(source + place, to: target + place)
      place &+= 16
    }
    copySixteen(source + (count - 16), to: target + (count - 16))
  }

  @inline(__always)
  private static func copySixteen(_ source: UnsafePointer<BFloat16>, to target: UnsafeMutablePointer<BFloat16>) {
    UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: 32)
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
