import Tensors
import TestSupport
import Testing

/// What ranks tell each other, and the tree of their sums.
@Suite struct RanksTests {
  /// Eight shards' numbers, summed by so many ranks.
  private func sum(_ count: Int, numbers: Int) throws -> [[Float]] {
    try ThreadRanks.run(count) { ranks in
      let shards = ranks.share(of: 8).map { TestNumbers.normal(numbers, "shard \($0)") }
      var level = shards
      while level.count > 1 {
        level = stride(from: 0, to: level.count, by: 2).map { i in zip(level[i], level[i + 1]).map { $0 + $1 } }
      }
      var own = level[0]
      own.withUnsafeMutableBufferPointer { ranks.sum($0) }
      return own
    }
  }

  @Test(arguments: [0, 1, 2, 5, 64, 1_001]) func anyNumberOfRanksGivesTheSameBits(_ numbers: Int) throws {
    let one = try sum(1, numbers: numbers)[0]
    for count in [2, 4, 8] { #expect(try sum(count, numbers: numbers) == Array(repeating: one, count: count)) }
  }

  @Test func shardsOfAllRanksMeet() throws {
    for count in [1, 2, 4] {
      let met = try ThreadRanks.run(count) { ranks in
        var words: [[Double]] = []
        Lockstep(shards: 4, among: ranks).run { shard in
          let order = shard.merged([Double(shard.number + 1)]) { [10 * $0[0] + $1[0]] }
          words.append(order + shard.sum([1, Double(shard.number)]))
        }
        return words
      }
      let expected: [[Double]] = Array(repeating: [154, 4, 6], count: 4)
      #expect(Array(met.joined()) == expected)
    }
  }

  @Test func theLeaderShares() throws {
    let told = try ThreadRanks.run(4) { ranks in
      let shared = ranks.shared(ranks.isLeader ? Array("word".utf8) : [])
      let texts = ranks.gathered("rank \(ranks.rank)")
      let numbers = ranks.gathered([Float](repeating: Float(ranks.rank), count: ranks.rank), counts: [0, 1, 2, 3])
      #expect(ranks.any(ranks.rank == 2) && !ranks.any(false))
      if ranks.isLeader {
        #expect(texts == ["rank 0", "rank 1", "rank 2", "rank 3"] && numbers == [[], [1], [2, 2], [3, 3, 3]])
      }
      return String(decoding: shared, as: UTF8.self)
    }
    #expect(told == Array(repeating: "word", count: 4))
  }

  @Test func aloneNothingIsSaid() {
    #expect(Ranks.alone.isLeader && Ranks.alone.count == 1 && Ranks.alone.share(of: 5) == 0..<5)
    #expect(Ranks.alone.shared([7]) == [7] && Ranks.alone.any(true) && !Ranks.alone.any(false))
  }
}
