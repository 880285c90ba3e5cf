import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

/// The worker threads: every chunk once, whatever the number of chunks and threads.
struct WorkerPoolTests {
  @Test("each chunk runs once, on a worker of the pool")
  func onceEach() throws {
    try withEvery("threads", in: [0, 1, 2, 3, 5, 16]) { threads in
      let pool = WorkerPool(count: threads)
      try Agreement.require(pool.count == max(1, threads), "\(pool.count) workers")
      try withEvery("chunks", in: [0, 1, 2, 3, 64, 1000]) { chunks in
        let counts = Guarded([Int](repeating: 0, count: chunks))
        let workers = Guarded(Set<Int>())
        pool.run(chunks) { chunk, worker in
          counts.withLock { $0[chunk] += 1 }
          workers.withLock { _ = $0.insert(worker) }
        }
        try Agreement.require(counts.withLock { $0.allSatisfy { $0 == 1 } }, "a chunk did not run once")
        let strangers = workers.withLock { $0.filter { !(0..<pool.count).contains($0) } }
        try Agreement.require(strangers.isEmpty, "the workers \(strangers) are none of the pool's")
      }
    }
  }

  @Test("thousands of runs, one right after the other")
  func repeated() {
    let pool = WorkerPool(count: 4)
    let total = Guarded(0)
    for round in 0..<1_500 {
      pool.run(1 + round % 7) { chunk, _ in total.withLock { $0 += chunk + 1 } }
    }
    let expected = (0..<1_500).reduce(0) { $0 + (1 + $1 % 7) * (2 + $1 % 7) / 2 }
    #expect(total.withLock { $0 } == expected)
  }

  /// Between calls the workers spin for some 50 microseconds and then sleep.
  @Test("sleeping workers wake, and take part")
  func wake() {
    let pool = WorkerPool(count: 3)
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.01)
      // Each chunk waits until as many workers as there are chunks are inside: none finishes unless all wake.
      let inside = Atomic<Int>(0)
      pool.run(3) { _, _ in
        inside.add(1, ordering: .sequentiallyConsistent)
        while inside.load(ordering: .sequentiallyConsistent) < 3 { sched_yield() }
      }
      #expect(inside.load(ordering: .sequentiallyConsistent) == 3)
    }
  }

  @Test("a chunk's worker is its own while it runs")
  func workersApart() {
    let pool = WorkerPool(count: 4)
    let busy = Guarded([Bool](repeating: false, count: 4))
    let clashes = Atomic<Int>(0)
    pool.run(2_000) { _, worker in
      let wasBusy = busy.withLock { busy in
        let wasBusy = busy[worker]
        busy[worker] = true
        return wasBusy
      }
      if wasBusy { clashes.add(1, ordering: .relaxed) }
      busy.withLock { $0[worker] = false }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  /// A pool that is dropped before its threads have begun must neither crash nor leave them behind.
  @Test("pools are made and dropped by the hundred")
  func dropped() async throws {
    let before = try Self.threads()
    for _ in 0..<300 { _ = WorkerPool(count: 4) }
    // The threads end on their own, soon after. Other tests' threads come and go meanwhile.
    for _ in 0..<60_000 where try Self.threads() > before + 100 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(try Self.threads() <= before + 100)
  }

  /// How many threads this process has.
  private static func threads() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
  }
}
