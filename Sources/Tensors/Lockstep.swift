import Foundation

/// Computes those shards of a batch side by side that this process has, so that each can ask for sums over all of them.
///
/// Each shard has a thread, and one of them runs at a time: it has the engine to itself, and with it all of the engine's
/// workers, until it needs a number of the whole batch or is done. Then the next one runs.
package final class Lockstep: @unchecked Sendable {
  // Sendable: `turn` decides whose thread may touch anything of it, and is changed under the condition alone.

  /// How many shards a batch has.
  package let count: Int
  private let ranks: Ranks
  /// How many of them this process computes.
  package let shards: Int
  /// What meeting has taken so far.
  package private(set) var cost = Cost()

  /// What the meetings of shards take.
  package struct Cost {
    package var meetings = 0
    /// Numbers that a shard brought to all of them.
    package var numbers = 0
    /// Seconds that this process waited for other ranks.
    package var seconds = 0.0
  }

  private let condition = NSCondition()
  /// The place of the shard that runs.
  private var turn = 0
  /// What each shard brought to the meeting that comes next.
  private var brought: [[Double]]
  /// What the last meeting came to.
  private var outcome: [Double] = []
  private var isDone: [Bool]
  /// What each shard does while ``run(_:)`` runs.
  private var work: (@Sendable (_ place: Int) -> Void)?

  /// - Parameter ranks: who shares the shards out, equally.
  package init(shards count: Int, among ranks: Ranks = .alone) {
    precondition(count % ranks.count == 0, "\(ranks.count) ranks cannot share out \(count) shards")
    self.count = count
    self.ranks = ranks
    let shards = count / ranks.count
    self.shards = shards
    brought = Array(repeating: [], count: shards)
    isDone = Array(repeating: false, count: shards)
  }

  /// Calls `body` for each shard, and returns when all are done.
  ///
  /// - Throws: what `body` threw for the first of the shards for which it threw. Shards must agree on whether they go on:
  ///   what decides it must be a number of the whole batch.
  package func run<Failure: Error>(_ body: (Shard) throws(Failure) -> Void) throws(Failure) {
    guard count > 1 else { return try body(.whole) }
    (turn, isDone) = (0, Array(repeating: false, count: shards))
    nonisolated(unsafe) var failures = [Failure?](repeating: nil, count: shards)
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      work = { [self] place in
        do throws(Failure) {
          try body(
            Shard(number: ranks.rank * shards + place, count: count, place: place, places: shards, of: self))
        } catch {
          failures[place] = error
        }
      }
      for place in 1..<shards { Thread.startComputing(as: "aanet shard \(place)") { self.serve(place) } }
      serve(0)
      // The turn comes round again when the last shard is done. Threads that are not gone yet hold nothing of the work.
      awaitTurn(of: 0)
      work = nil
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
  }

  private func serve(_ place: Int) {
    awaitTurn(of: place)
    perform(place)
    isDone[place] = true
    pass(from: place)
  }

  /// Apart, so that a thread lets go of the work before it passes the turn.
  @inline(never)
  private func perform(_ place: Int) { work?(place) }

  /// Brings a shard's numbers, lets the others run up to the same point, and gives what all came to.
  func meet(
    _ numbers: [Double], at place: Int, _ merge: (_ lower: [Double], _ upper: [Double]) -> [Double]
  ) -> [Double] {
    precondition(
      isDone[0] == false && (place == 0 || brought[0].count == numbers.count), "the shards of a batch fell out of step")
    let meeting = cost.meetings
    brought[place] = numbers
    if place == shards - 1 {
      let start = ContinuousClock.now
      outcome = ranks.merged(Self.tree(brought, merge), by: merge)
      cost.seconds += start.duration(to: .now) / .seconds(1)
      cost.meetings += 1
      cost.numbers += numbers.count
    }
    pass(from: place)
    awaitTurn(of: place)
    precondition(place == shards - 1 || cost.meetings == meeting + 1, "the shards of a batch fell out of step")
    return outcome
  }

  /// Merges neighbours, then neighbours of what came of that, until one is left. There is a power of two of them.
  private static func tree<Item>(_ items: [Item], _ merge: (_ lower: Item, _ upper: Item) -> Item) -> Item {
    var level = items
    while level.count > 1 { level = stride(from: 0, to: level.count, by: 2).map { merge(level[$0], level[$0 + 1]) } }
    return level[0]
  }

  private func pass(from place: Int) {
    condition.lock()
    turn = (place + 1) % shards
    condition.broadcast()
    condition.unlock()
  }

  private func awaitTurn(of place: Int) {
    condition.lock()
    while turn != place { condition.wait() }
    condition.unlock()
  }
}
