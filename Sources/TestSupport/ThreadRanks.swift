import Foundation
import Machine
import Tensors

/// Ranks that are threads of one process, for tests: what they send each other lies in memory.
package enum ThreadRanks {
  /// Runs `body` as each of `count` ranks and gives what it returned, in the ranks' order.
  ///
  /// - Parameter ways: how many ways there are between them, one or two.
  /// - Throws: what `body` threw for the first of the ranks for which it threw.
  package static func run<Result: Sendable>(
    _ count: Int, ways: Int = 2, _ body: @escaping @Sendable (Ranks) throws -> Result
  ) throws -> [Result] {
    let posts = (0..<ways).map { _ in Post() }
    nonisolated(unsafe) var results = [Swift.Result<Result, any Error>?](repeating: nil, count: count)
    let lock = NSLock()
    let group = DispatchGroup()
    for rank in 0..<count {
      group.enter()
      let thread = Thread {
        let result = Swift.Result { try body(Ranks(ThreadLink(rank: rank, count: count, posts[...]))) }
        lock.withLock { results[rank] = result }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return try results.compactMap { try $0?.get() }
  }
}

/// What is on its way between ranks.
private final class Post: @unchecked Sendable {
  // Sendable: all of it is touched under the condition alone.
  private let condition = NSCondition()
  private var boxes: [[Int]: [[UInt8]]] = [:]

  func put(_ bytes: [UInt8], from: Int, to: Int) {
    condition.lock()
    boxes[[from, to], default: []].append(bytes)
    condition.broadcast()
    condition.unlock()
  }

  func take(from: Int, to: Int) -> [UInt8] {
    condition.lock()
    defer { condition.unlock() }
    while boxes[[from, to]]?.isEmpty ?? true { condition.wait() }
    return boxes[[from, to]]?.removeFirst() ?? []
  }
}

private final class ThreadLink: RankLink {
  let rank: Int
  let count: Int
  var countHere: Int { count }
  let aside: (any RankLink)?
  private let post: Post

  init(rank: Int, count: Int, _ posts: ArraySlice<Post>) {
    (self.rank, self.count, post) = (rank, count, posts[posts.startIndex])
    aside = posts.count > 1 ? ThreadLink(rank: rank, count: count, posts.dropFirst()) : nil
  }

  func exchange(_ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with peer: Int) {
    post.put(Array(sent), from: rank, to: peer)
    let bytes = post.take(from: peer, to: rank)
    precondition(bytes.count == received.count, "rank \(rank) waits for \(received.count) bytes, not \(bytes.count)")
    received.copyBytes(from: bytes)
  }

  func finish() {}

  func abort(code: Int32) -> Never { fatalError("rank \(rank) ends all with \(code)") }
}
