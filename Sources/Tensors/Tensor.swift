import Foundation

/// Numbers with a shape, the last dimension side by side in memory.
///
/// Feature maps are `[N, H, W, C]` (images, rows, columns, channels), vectors `[N, C]`, and convolution weights
/// `[K, R, S, C]` (filters, kernel rows, kernel columns, channels). Copying a tensor value shares its memory; the memory
/// returns to its engine when the last value is gone. Contents are undefined until written.
@usableFromInline package struct Tensor {
  /// What the numbers are stored as.
  @usableFromInline package enum Element: Sendable {
    case single
    /// Half the memory, and an eighth of the digits: ``BFloat16``.
    case bfloat16

    /// Of one number.
    package var bytes: Int { self == .single ? 4 : 2 }
  }

  package let shape: [Int]
  package let count: Int
  /// How the numbers are stored: in single precision, but for the maps of a pass in bfloat16.
  @usableFromInline package let element: Element
  @usableFromInline let address: UnsafeMutableRawPointer
  private let storage: Storage

  init(shape: [Int], storage: Storage, as element: Element = .single, offset: Int = 0) {
    self.shape = shape
    self.storage = storage
    self.element = element
    count = shape.reduce(1, *)
    address = storage.block.address + offset * element.bytes
  }

  /// The first number; the memory is aligned to 64 bytes, a view's to nothing in particular. The numbers must be in single
  /// precision.
  @inlinable
  @inline(__always)
  package var pointer: UnsafeMutablePointer<Float> { numbers(Float.self) }

  /// The first number, of numbers that are stored so.
  @inlinable
  @inline(__always)
  package func numbers<Number: StoredNumber>(_ kind: Number.Type) -> UnsafeMutablePointer<Number> {
    precondition(element == Number.element, "an operation does not take the tensor's kind of numbers")
    return address.assumingMemoryBound(to: Number.self)
  }

  /// The numbers in order, in single precision.
  package var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// The numbers in order, copied.
  package var array: [Float] {
    switch element {
    case .single: Array(values)
    case .bfloat16: UnsafeBufferPointer(start: numbers(BFloat16.self), count: count).map(\.single)
    }
  }

  /// Copies numbers of another tensor that is stored alike.
  ///
  /// - Parameters:
  ///   - numbers: which of them.
  ///   - place: where the first one goes.
  package func update(from other: Tensor, _ numbers: Range<Int>, at place: Int) {
    precondition(
      element == other.element && numbers.lowerBound >= 0 && numbers.upperBound <= other.count && place >= 0
        && place + numbers.count <= count, "numbers of \(other.shape) do not fit \(shape)")
    (address + place * element.bytes).copyMemory(
      from: other.address + numbers.lowerBound * element.bytes, byteCount: numbers.count * element.bytes)
  }

  /// The same memory under another shape of as many numbers.
  package func reshaped(_ shape: [Int]) -> Tensor { view(shape, offset: 0) }

  /// Part of the same memory: `shape` numbers from the number at `offset` on.
  package func view(_ shape: [Int], offset: Int) -> Tensor {
    let start = (address - storage.block.address) / element.bytes + offset
    precondition(
      offset >= 0 && offset + shape.reduce(1, *) <= count, "a view of \(shape) leaves its tensor \(self.shape)")
    return Tensor(shape: shape, storage: storage, as: element, offset: start)
  }

  /// Memory that returns to its pool when the last tensor that uses it is gone.
  final class Storage {
    let block: MemoryPool.Block
    private let pool: MemoryPool

    init(bytes: Int, pool: MemoryPool) {
      self.pool = pool
      block = pool.take(bytes)
    }

    deinit { pool.give(block) }
  }
}

extension Tensor {
  /// Whether no number is infinite or none at all (NaN). One pass over the memory.
  package var isFinite: Bool {
    switch element {
    case .single: Self.areFinite(numbers(Float.self), count: count)
    case .bfloat16: Self.areFinite(numbers(BFloat16.self), count: count)
    }
  }

  private static func areFinite<Number: StoredNumber>(_ numbers: UnsafeMutablePointer<Number>, count: Int) -> Bool {
    // Zero times an infinite number or NaN is NaN, and NaN stays in a sum.
    let zero = Vector(repeating: 0)
    var sum = zero
    var i = 0
    while i &+ 16 <= count {
      sum = fused(numbers.vector(i), zero, plus: sum)
      i &+= 16
    }
    while i < count {
      sum[0] = fused(numbers[i].single, 0, plus: sum[0])
      i &+= 1
    }
    return sum == zero
  }
}

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

  /// Bytes rounded up to whole large pages: what is written to in many places at once is worth one, however small.
  static func pages(_ bytes: Int) -> Int { (bytes + largePage - 1) / largePage * largePage }

  /// Takes memory from the system, for whoever gives it back himself.
  static func allocate(_ size: Int) -> Block {
    let isLarge = size >= largePage
    let address = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? largePage : 64)
    if isLarge { madvise(address, size, MADV_HUGEPAGE) }
    return Block(address: address, capacity: size)
  }

  deinit {
    for block in free { block.address.deallocate() }
  }
}
