import Tensors
import TestSupport
import Testing

/// The memory behind tensors: rounded sizes, blocks that are used again.
struct MemoryPoolTests {
  @Test("sizes are rounded up to sixty-fourths at least and by a sixteenth at most")
  func rounding() throws {
    #expect([0, 1, 64, 65, 128, 1023, 1025].map { MemoryPool.rounded($0) } == [64, 64, 64, 128, 128, 1024, 1088])
    #expect(MemoryPool.rounded(1 << 20) == 1 << 20)
    #expect(MemoryPool.rounded((1 << 20) + 1) == (1 << 20) + (1 << 16))
    try withEvery("bytes", in: (0..<2_000).map { $0 * $0 * $0 / 3 + 1 }) { bytes in
      let rounded = MemoryPool.rounded(bytes)
      try Agreement.require(rounded >= bytes && rounded % 64 == 0, "\(rounded)")
      try Agreement.require(rounded - bytes < max(64, bytes / 16 + 1), "\(rounded) wastes too much")
      try Agreement.require(MemoryPool.rounded(rounded) == rounded, "\(rounded) is rounded again")
    }
  }

  @Test("a returned block is handed out again, the smallest that fits")
  func reuse() {
    let pool = MemoryPool()
    let blocks = [1000, 4000, 4200, 8000].map { pool.take($0) }
    let reserved = pool.reserved
    #expect(reserved == blocks.reduce(0) { $0 + $1.capacity })
    #expect(pool.used == reserved)
    for block in blocks { pool.give(block) }
    #expect(pool.used == 0)
    let again = pool.take(3900)
    #expect(again.address == blocks[1].address)
    #expect(pool.take(3900).address == blocks[2].address, "the next larger one wastes less than a quarter")
    #expect(pool.reserved == reserved)
    _ = pool.take(3900)
    #expect(pool.reserved > reserved, "8000 bytes for 3900 would waste more than a quarter")
    #expect(pool.peak == max(reserved, pool.used))
    pool.give(again)
  }

  @Test("blocks in use do not overlap, over many sizes in random order")
  func apart() {
    let pool = MemoryPool()
    var stream = RandomStream(seed: 1, name: "memory pool")
    var held: [MemoryPool.Block] = []
    for _ in 0..<2_000 {
      if held.count > 40 || (!held.isEmpty && stream.chance(0.4)) {
        pool.give(held.remove(at: stream.int(below: held.count)))
      } else {
        held.append(pool.take(1 + stream.int(below: 20_000)))
      }
    }
    let places = held.map { (UInt(bitPattern: $0.address), $0.capacity) }.sorted { $0.0 < $1.0 }
    for (one, next) in zip(places, places.dropFirst()) { #expect(one.0 + UInt(one.1) <= next.0) }
    #expect(pool.used == held.reduce(0) { $0 + $1.capacity })
    for block in held { pool.give(block) }
    #expect(pool.used == 0)
    #expect(pool.reserved < 60 * 21_000, "memory is used again, not asked for anew")
  }
}
