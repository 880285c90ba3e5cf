import Tensors
import Testing

/// Shards of a batch that meet.
@Suite struct LockstepTests {
  /// What each shard gets where all bring numbers.
  private func sums(_ numbers: [[Double]]) -> [[Double]] {
    var sums = [[Double]](repeating: [], count: numbers.count)
    Lockstep(shards: numbers.count).run { shard in sums[shard.place] = shard.sum(numbers[shard.number]) }
    return sums
  }

  @Test(arguments: [2, 4, 8]) func allGetTheSame(_ count: Int) {
    let sums = sums((0..<count).map { [Double($0), 1] })
    #expect(sums == Array(repeating: [Double(count * (count - 1) / 2), Double(count)], count: count))
  }

  @Test func theTreeAddsNeighbours() {
    let numbers = [1e16, 1, -1e16, 3, 0.1, 0.2, 0.3, 0.4]
    let tree = ((numbers[0] + numbers[1]) + (numbers[2] + numbers[3])) + ((0.1 + 0.2) + (0.3 + 0.4))
    #expect(tree != numbers.reduce(0, +), "or the order would not be seen")
    #expect(sums(numbers.map { [$0] }).allSatisfy { $0 == [tree] })
  }

  /// The lower shards' numbers stand first, and a shard's second meeting has nothing of its first.
  @Test func lowerShardsStandFirst() {
    let lockstep = Lockstep(shards: 4)
    var words: [[Double]] = []
    lockstep.run { shard in
      _ = shard.sum([7])
      // 10 · lower + upper is no sum: whoever swaps two gets another number.
      words.append(shard.merged([Double(shard.number + 1)]) { [10 * $0[0] + $1[0]] })
    }
    #expect(words == Array(repeating: [10 * 12 + 34], count: 4))
  }

  @Test func oneShardIsTheBatch() {
    var seen: [Int] = []
    Lockstep(shards: 1).run { shard in
      seen.append(shard.count)
      #expect(shard.sum([3]) == [3] && shard.rows(of: 5) == 0..<5)
    }
    #expect(seen == [1])
  }

  private struct Refusal: Error, Equatable { let shard: Int }

  @Test func theFirstErrorIsThrown() {
    let lockstep = Lockstep(shards: 4)
    for _ in 0..<2 {
      let error = #expect(throws: Refusal.self) {
        try lockstep.run { (shard: Shard) throws(Refusal) in
          _ = shard.sum([1])
          if shard.number > 0 { throw Refusal(shard: shard.number) }
        }
      }
      #expect(error == Refusal(shard: 1))
    }
  }

  @Test func rowsFallIntoEqualParts() {
    var rows: [Range<Int>] = []
    Lockstep(shards: 4).run { rows.append($0.rows(of: 12)) }
    #expect(rows == [0..<3, 3..<6, 6..<9, 9..<12])
  }
}
