import Foundation
import Kernels
import Synchronization

/// Persistent threads that share out numbered chunks of work.
///
/// Which thread takes which chunk is left to chance; what a chunk computes must not depend on it. Chunks are cut by
/// the shapes alone, never by the number of threads, so that results are the same on any machine size. The calling
/// thread works too, as worker 0. Between calls the others spin for a while, since an operation follows another
/// within microseconds, and then sleep.
package final class WorkerPool: Sendable {
  /// How many workers there are, the calling thread included.
  package let count: Int
  /// What the threads work from. They hold it and not the pool, whose end is what stops them.
  private let crew: Crew

  /// Starts `count - 1` threads.
  package init(count: Int) {
    self.count = max(1, count)
    let crew = Crew()
    self.crew = crew
    kernels_flush_denormals()
    for worker in 1..<max(2, self.count) where worker < self.count {
      Thread.startComputing(as: "aanet worker \(worker)") { crew.serve(as: worker) }
    }
  }

  deinit { crew.stop() }

  /// Calls `body` once for each chunk in `0 ..< chunks` and returns when all are done.
  ///
  /// - Parameter body: gets the chunk and the worker that runs it (`0 ..< count`, for scratch memory). It runs on
  ///   several threads at once and must write to places of its own.
  package func run(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    guard count > 1, chunks > 1 else {
      for chunk in 0..<chunks { body(chunk, 0) }
      return
    }
    crew.run(chunks, body)
  }
}

/// The work at hand, shared between the calling thread and its helpers.
///
/// The calling thread waits for chunks, not for helpers: one that is off the processor, because another program has it,
/// holds nothing up unless it has taken a chunk.
private final class Crew: @unchecked Sendable {
  // Sendable: `body` and `chunks` are written by the owner while no chunk is left, before `remaining` is raised, and read
  // by whoever has taken a chunk of them; the owner touches them again only when every chunk has been reported done.

  private var body: ((_ chunk: Int, _ worker: Int) -> Void)?
  private var chunks = 0
  /// Chunks that nobody has taken yet. Only by lowering it does a thread get a right to `body`.
  private let remaining = Atomic<Int>(0)
  private let done = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let condition = NSCondition()

  /// Spins before a waiting worker sleeps: some 50 microseconds.
  private static let patience = 2_000

  func run(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.chunks = chunks
      done.store(0, ordering: .relaxed)
      remaining.store(chunks, ordering: .sequentiallyConsistent)
      wake()
      while takeChunk(as: 0) {}
      var spins = 0
      while done.load(ordering: .acquiring) < chunks {
        spins += 1
        if spins < Self.patience { kernels_relax() } else { sched_yield() }
      }
      self.body = nil
    }
  }

  /// Sends the helpers home.
  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wake()
  }

  private func wake() {
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
  }

  /// Takes the next chunk and computes it; false where none is left.
  private func takeChunk(as worker: Int) -> Bool {
    var left = remaining.load(ordering: .relaxed)
    while left > 0 {
      let (isTaken, now) = remaining.weakCompareExchange(expected: left, desired: left - 1, ordering: .acquiring)
      if isTaken {
        perform(chunks - left, as: worker)
        done.add(1, ordering: .releasing)
        return true
      }
      left = now
    }
    return false
  }

  /// Apart, so that a thread lets go of the work before it reports the chunk done.
  @inline(never)
  private func perform(_ chunk: Int, as worker: Int) { body?(chunk, worker) }

  func serve(as worker: Int) {
    while awaitWork() {
      while takeChunk(as: worker) {}
    }
  }

  /// Waits until there may be a chunk; false once the helpers are sent home.
  private func awaitWork() -> Bool {
    for _ in 0..<Self.patience {
      if remaining.load(ordering: .relaxed) > 0 { return true }
      kernels_relax()
    }
    condition.lock()
    defer { condition.unlock() }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while remaining.load(ordering: .sequentiallyConsistent) == 0 {
      if isStopping.load(ordering: .sequentiallyConsistent) { return false }
      condition.wait()
    }
    return true
  }
}
