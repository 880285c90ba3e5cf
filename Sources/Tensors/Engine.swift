import COpenBLAS
import Machine

/// What computes: worker threads, memory for tensors, and OpenBLAS under every matrix product.
///
/// One engine belongs to one thread at a time; that thread calls operations, and each operation shares its work out to
/// the workers. OpenBLAS runs with one thread inside each worker: our own split of a product keeps both the
/// order of additions and the cores' caches under control (engine notes: 268 against 145 GFLOPS on narrow products).
package final class Engine {
  package let workers: WorkerPool
  private let pool = MemoryPool()
  private var scratch: [UnsafeMutableRawPointer?]
  private var scratchSizes: [Int]

  /// Starts an engine.
  ///
  /// - Parameter threads: worker threads; by default as many as the process may run on.
  package init(threads: Int = Engine.availableThreads) {
    workers = WorkerPool(count: threads)
    scratch = Array(repeating: nil, count: workers.count)
    scratchSizes = Array(repeating: 0, count: workers.count)
    openblas_set_num_threads(1)
  }

  deinit {
    for memory in scratch { memory?.deallocate() }
  }

  /// How many threads this process may run at once.
  package static var availableThreads: Int { Processors.available }

  /// Makes a tensor whose contents are undefined.
  package func empty(_ shape: [Int], as element: Tensor.Element = .single) -> Tensor {
    Tensor(shape: shape, storage: Tensor.Storage(bytes: shape.reduce(element.bytes, *), pool: pool), as: element)
  }

  package func filled(_ shape: [Int], with value: Float = 0) -> Tensor {
    let tensor = empty(shape)
    tensor.values.update(repeating: value)
    return tensor
  }

  package func tensor(_ values: [Float], shape: [Int]) -> Tensor {
    let tensor = empty(shape)
    precondition(values.count == tensor.count, "\(values.count) values do not fill the shape \(shape)")
    _ = tensor.values.update(fromContentsOf: values)
    return tensor
  }

  /// Bytes that tensors have taken from the system, and the most that were in use at once.
  package var memory: (reserved: Int, peak: Int) { (pool.reserved, pool.peak) }

  /// Makes sure that each worker has `bytes` bytes of scratch memory. Call it before ``parallel(_:_:)``, not inside.
  package func reserveScratch(_ bytes: Int) {
    for worker in 0..<workers.count where scratchSizes[worker] < bytes {
      scratch[worker]?.deallocate()
      let block = MemoryPool.allocate(MemoryPool.pages(bytes))
      (scratch[worker], scratchSizes[worker]) = (block.address, block.capacity)
    }
  }

  /// A worker's scratch memory, as large as was last reserved. Whatever runs next on that worker overwrites it.
  package func scratch(of worker: Int) -> UnsafeMutablePointer<Float> {
    guard let memory = scratch[worker] else { preconditionFailure("scratch memory is used before it is reserved") }
    return memory.assumingMemoryBound(to: Float.self)
  }

  /// Runs `body` for each chunk on the workers; see ``WorkerPool/run(_:_:)``.
  package func parallel(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) { workers.run(chunks, body) }

  /// Cuts `0 ..< count` into ranges of at least `grain` and runs `body` on each. The cut depends on the two
  /// numbers alone, so that sums inside a range come out the same on any number of threads.
  package func parallel(over count: Int, grain: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void) {
    let split = Split(count: count, grain: grain)
    workers.run(split.chunks) { chunk, worker in body(split[chunk], worker) }
  }
}

/// A fixed cut of `0 ..< count` into near-equal ranges.
package struct Split: Sendable {
  package let count: Int
  package let chunks: Int

  /// The most ranges that a cut makes: enough to balance tens of threads.
  package static let mostChunks = 64

  /// Cuts `count` items into as many ranges as leave each at least `grain` items, 64 at the most.
  package init(count: Int, grain: Int) {
    self.init(count: count, chunks: max(1, min(Self.mostChunks, count / max(1, grain))))
  }

  package init(count: Int, chunks: Int) {
    self.count = count
    self.chunks = chunks
  }

  package subscript(chunk: Int) -> Range<Int> { count * chunk / chunks..<count * (chunk + 1) / chunks }
}
