import Retrieval
import Support
import Tensors
import TestSupport
import Testing

/// Hard triplets from a pool, against a sort of all pairs.
struct TripletMiningTests {
  private let workers = WorkerPool(count: 2)

  private func expected(
    _ e: [Float], width: Int, ids: [Int], anchor: Int, draw: Double, hardest: Int
  ) -> [Int]? {
    func distance(_ a: Int, _ b: Int) -> Double {
      (0..<width).reduce(0) {
        let difference = Double(e[a * width + $1]) - Double(e[b * width + $1])
        return $0 + difference * difference
      }
    }
    var pairs: [(Double, Int, Int)] = []
    for p in ids.indices where p != anchor && ids[p] == ids[anchor] {
      for n in ids.indices where ids[n] != ids[anchor] {
        pairs.append((distance(anchor, n) - distance(anchor, p), p, n))
      }
    }
    pairs = Array(pairs.sorted { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }.prefix(hardest))
    guard !pairs.isEmpty else { return nil }
    let pair = pairs[Int(draw * Double(pairs.count))]
    return [pair.1, pair.2]
  }

  @Test("against all pairs sorted, with and without ties", arguments: [false, true])
  func grid(tied: Bool) throws {
    try withEvery("pool", in: [2, 9, 40]) { count in
      try withEvery("identities", in: [1, 3, 40]) { identities in
        try withEvery("hardest", in: [1, 4, 25]) { hardest in
          let width = 5
          let e =
            tied
            ? TestNumbers.whole(count * width, "mining tied", in: 0...1).map(Float.init)
            : TestNumbers.normal(count * width, "mining")
          let ids = TestNumbers.whole(count, "mining ids \(identities)", in: 0...identities - 1)
          let draws = TestNumbers.uniform(count, "mining draws", in: 0...0.999).map(Double.init)
          let mining = try TripletMining(
            pool: try Descriptors(e, dimension: width), identities: ids, hardest: hardest)
          let found = mining.mine(anchors: Array(0..<count), draws: draws, workers: workers)
          for anchor in 0..<count {
            let expected = expected(
              e, width: width, ids: ids, anchor: anchor, draw: draws[anchor], hardest: hardest)
            let mined = found[anchor].map { [$0.positive, $0.negative] }
            try Agreement.require(mined == expected, "anchor \(anchor): \(mined ?? []) is not \(expected ?? [])")
            try Agreement.require(mining.anchors.contains(anchor) == (expected != nil), "anchor \(anchor)")
          }
        }
      }
    }
  }

  @Test("the same pairs on any number of threads")
  func threads() throws {
    let ids = (0..<120).map { $0 % 17 }
    let mining = try TripletMining(
      pool: try Descriptors(TestNumbers.normal(120 * 33, "mining threads"), dimension: 33), identities: ids, hardest: 25
    )
    let draws = TestNumbers.uniform(120, "mining thread draws", in: 0...0.999).map(Double.init)
    let results = [1, 2, 3, 5].map {
      mining.mine(anchors: Array(0..<120), draws: draws, workers: WorkerPool(count: $0))
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("numbers that do not fit together are named")
  func malformed() throws {
    let pool = try Descriptors([1, 2, 3, 4], dimension: 2)
    #expect(throws: PlainError("a pool of 2 descriptors has 3 identities")) {
      try TripletMining(pool: pool, identities: [1, 2, 3], hardest: 1)
    }
    #expect(throws: PlainError("of each anchor's pairs 0 would stay; 1 is the least")) {
      try TripletMining(pool: pool, identities: [1, 1], hardest: 0)
    }
  }
}
