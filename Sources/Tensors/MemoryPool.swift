import Foundation

/// Memory for tensors, handed out and taken back without asking the system once a step has been seen.
///
/// A training step asks for the same sizes in the same order every time, so after the first step each request finds
/// a block that the step before has returned. Blocks are never given back to the system while the pool lives.
///
/// Not thread-safe: tensors are made and dropped by the thread that owns the engine.
package final class MemoryPool {
  private var free: [Block] = []  // ascending by capacity
  /// Bytes taken from the system.
  package private(set) var reserved = 0
  /// Bytes in use by tensors.
  package private(set) var used = 0
  /// The largest value that `used` has had.
  package private(set) var peak = 0

  package init() {}

  /// A block of memory, aligned for the widest vectors.
  package struct Block {
    package let address: UnsafeMutableRawPointer
    package let capacity: Int
  }

  /// Blocks from this size on lie on pages of 2 MiB, which spares the processor address look-ups.
  private static let largePage = 2 << 20

  /// Gives a block of at least `bytes` bytes: the smallest free one that wastes less than a quarter, or a new one.
  package func take(_ bytes: Int) -> Block {
    let size = Self.rounded(bytes)
    let index = firstIndex(ofCapacity: size)
    let block: Block
    if index < free.count, free[index].capacity <= size + size / 4 {
      block = free.remove(at: index)
    } else {
      block = Self.allocate(size)
      reserved += size
    }
    used += block.capacity
    peak = max(peak, used)
    return block
  }

  package func give(_ block: Block) {
    used -= block.capacity
    free.insert(block, at: firstIndex(ofCapacity: block.capacity))
  }

  private func firstIndex(ofCapacity bytes: Int) -> Int {
    var low = 0
    var high = free.count
    while low < high {
      let middle = (low + high) / 2
      if free[middle].capacity < bytes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Sizes are rounded up by at most a sixteenth, so that nearly equal requests share blocks.
  package static func rounded(_ bytes: Int) -> Int {
    let bytes = max(64, bytes)
    let step = max(64, 1 << (Int.bitWidth - 1 - bytes.leadingZeroBitCount - 4))
    return (bytes + step - 1) / step * step
  }

  private static func allocate(_ size: Int) -> Block {
    let isLarge = size >= largePage
    let address = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? largePage : 64)
    if isLarge { madvise(address, size, MADV_HUGEPAGE) }
    return Block(address: address, capacity: size)
  }

  deinit {
    for block in free { block.address.deallocate() }
  }
}
