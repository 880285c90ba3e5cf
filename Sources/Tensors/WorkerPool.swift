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
    let crew = Crew(helpers: self.count - 1)
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
private final class Crew: @unchecked Sendable {
  // Sendable: `body` and `chunks` are written by the owner before `generation` is raised and read by helpers after
  // they saw it raised; the owner touches them again only when every helper has reported back through `pending`.

  private let helpers: Int
  private var body: ((_ chunk: Int, _ worker: Int) -> Void)?
  private var chunks = 0
  private let generation = Atomic<Int>(0)
  private let nextChunk = Atomic<Int>(0)
  private let pending = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let condition = NSCondition()

  /// Spins before a waiting worker sleeps: some 50 microseconds.
  private static let patience = 2_000

  init(helpers: Int) { self.helpers = helpers }

  func run(_ chunks: Int, _ body: (_ chunk: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.chunks = chunks
      nextChunk.store(0, ordering: .relaxed)
      pending.store(helpers, ordering: .relaxed)
      raise()
      takeChunks(as: 0)
      var spins = 0
      while pending.load(ordering: .acquiring) > 0 {
        spins += 1
        if spins < Self.patience { kernels_relax() } else { sched_yield() }
      }
      self.body = nil
    }
  }

  /// Sends the helpers home.
  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    raise()
  }

  private func raise() {
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
  }

  private func takeChunks(as worker: Int) {
    guard let body else { return }
    while true {
      let chunk = nextChunk.add(1, ordering: .relaxed).oldValue
      guard chunk < chunks else { return }
      body(chunk, worker)
    }
  }

  func serve(as worker: Int) {
    var seen = 0
    while true {
      awaitGeneration(after: seen)
      seen += 1
      if isStopping.load(ordering: .sequentiallyConsistent) { return }
      takeChunks(as: worker)
      pending.subtract(1, ordering: .releasing)
    }
  }

  private func awaitGeneration(after seen: Int) {
    for _ in 0..<Self.patience {
      if generation.load(ordering: .acquiring) != seen { return }
      kernels_relax()
    }
    condition.lock()
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen { condition.wait() }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    condition.unlock()
  }
}
