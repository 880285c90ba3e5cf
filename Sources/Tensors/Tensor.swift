/// Single-precision numbers with a shape, the last dimension side by side in memory.
///
/// Feature maps are `[N, H, W, C]` (images, rows, columns, channels), vectors `[N, C]`, and convolution weights
/// `[K, R, S, C]` (filters, kernel rows, kernel columns, channels). Copying a tensor value shares its memory; the memory
/// returns to its engine when the last value is gone. Contents are undefined until written.
package struct Tensor {
  package let shape: [Int]
  /// The first number; the memory is aligned to 64 bytes, a view's to nothing in particular.
  package let pointer: UnsafeMutablePointer<Float>
  private let storage: Storage

  package let count: Int

  init(shape: [Int], storage: Storage, offset: Int = 0) {
    self.shape = shape
    self.storage = storage
    count = shape.reduce(1, *)
    pointer = storage.block.address.assumingMemoryBound(to: Float.self) + offset
  }

  /// The numbers in order.
  package var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// The numbers in order, copied.
  package var array: [Float] { Array(values) }

  /// The same memory under another shape of as many numbers.
  package func reshaped(_ shape: [Int]) -> Tensor { view(shape, offset: 0) }

  /// Part of the same memory: `shape` numbers from the number at `offset` on.
  package func view(_ shape: [Int], offset: Int) -> Tensor {
    let start = pointer - storage.block.address.assumingMemoryBound(to: Float.self) + offset
    precondition(
      offset >= 0 && offset + shape.reduce(1, *) <= count, "a view of \(shape) leaves its tensor \(self.shape)")
    return Tensor(shape: shape, storage: storage, offset: start)
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
    // Zero times an infinite number or NaN is NaN, and NaN stays in a sum.
    let zero = Vector(repeating: 0)
    var sum = zero
    var i = 0
    while i &+ 16 <= count {
      sum = fused(pointer.vector(i), zero, plus: sum)
      i &+= 16
    }
    while i < count {
      sum[0] = fused(pointer[i], 0, plus: sum[0])
      i &+= 1
    }
    return sum == zero
  }
}
