import Foundation
import Retrieval
import Support
import Tensors
import Testing

@Suite struct RetrievalProtocolTests {
  @Test func agreesWithPlainLoopsOnManySmallCases() throws {
    var seen = (uncounted: 0, ties: 0, empty: 0)
    for seed in 0..<600 as Range<UInt64> {
      let small = try RandomCase(seed: seed)
      let distances = small.distances
      let oracle = BruteForce(distances: distances, query: small.query.labels, gallery: small.gallery.labels)
      guard oracle.counted > 0 else {
        seen.empty += 1
        #expect(throws: PlainError.self) {
          try RetrievalProtocol.evaluate(query: small.query, gallery: small.gallery)
        }
        continue
      }
      let top = Int(seed % 7) * 5
      let byDescriptors = try RetrievalProtocol.evaluate(query: small.query, gallery: small.gallery, topRanks: top)
      let byDistances = try RetrievalProtocol.evaluate(
        distances: distances.flatMap { $0 }, query: small.query.labels, gallery: small.gallery.labels, topRanks: top)
      #expect(byDescriptors == byDistances, "seed \(seed)")
      #expect(abs(byDescriptors.mAP - oracle.mAP) < 1e-12, "seed \(seed)")
      #expect(abs(byDescriptors.mAPTrapezoid - oracle.mAPTrapezoid) < 1e-12, "seed \(seed)")
      #expect(byDescriptors.countedQueries == oracle.counted, "seed \(seed)")
      for (rank, share) in oracle.cmc { #expect(byDescriptors.cmc(rank) == share, "seed \(seed), rank \(rank)") }
      #expect(byDescriptors.queries.map(\.top) == oracle.orders.map { Array($0.prefix(top)) }, "seed \(seed)")
      seen.uncounted += byDescriptors.queriesWithoutMatch
      seen.ties += zip(distances, oracle.orders).count { row, order in Set(order.map { row[$0] }).count < order.count }
    }
    // The cases must hold what they are there for.
    #expect(seen.uncounted > 100)
    #expect(seen.ties > 1000)
    #expect(seen.empty > 5)
  }

  @Test func orderOfQueriesDoesNotMatter() throws {
    for seed in 0..<40 as Range<UInt64> {
      let small = try RandomCase(seed: seed)
      guard let plain = try? RetrievalProtocol.evaluate(query: small.query, gallery: small.gallery, topRanks: 5) else {
        continue
      }
      var stream = RandomStream(seed: seed, name: "order")
      let order = stream.permutation(small.query.count)
      let dimension = small.query.descriptors.dimension
      let shuffled = try LabelledDescriptors(
        values: order.flatMap { small.query.descriptors.values[$0 * dimension..<($0 + 1) * dimension] },
        dimension: dimension, identities: order.map { small.query.labels.identities[$0] },
        cameras: order.map { small.query.labels.cameras[$0] })
      let result = try RetrievalProtocol.evaluate(query: shuffled, gallery: small.gallery, topRanks: 5)
      #expect(abs(result.mAP - plain.mAP) < 1e-12)
      #expect(abs(result.mAPTrapezoid - plain.mAPTrapezoid) < 1e-12)
      for rank in [1, 5, 10, 20] { #expect(result.cmc(rank) == plain.cmc(rank)) }
      for (place, query) in order.enumerated() {
        #expect(result.queries[place].matchRanks == plain.queries[query].matchRanks)
        #expect(result.queries[place].top == plain.queries[query].top)
      }
    }
  }

  @Test func severalBlocksGiveWhatOneGives() throws {
    // 300 queries are two blocks; each query alone is a block of one.
    var stream = RandomStream(seed: 5, name: "blocks")
    func set(_ count: Int) throws -> LabelledDescriptors {
      try LabelledDescriptors(
        values: (0..<count * 3).map { _ in Float(stream.int(below: 9)) }, dimension: 3,
        identities: (0..<count).map { _ in 1 + stream.int(below: 20) },
        cameras: (0..<count).map { _ in 1 + stream.int(below: 4) })
    }
    let query = try set(300)
    let gallery = try set(150)
    let whole = try RetrievalProtocol.evaluate(query: query, gallery: gallery, topRanks: 70)
    for row in 0..<300 {
      let one = try LabelledDescriptors(
        values: Array(query.descriptors.values[row * 3..<row * 3 + 3]), dimension: 3,
        identities: [query.labels.identities[row]], cameras: [query.labels.cameras[row]])
      guard let alone = try? RetrievalProtocol.evaluate(query: one, gallery: gallery, topRanks: 70) else {
        #expect(whole.queries[row].matchRanks.isEmpty)
        continue
      }
      #expect(alone.queries[0].matchRanks == whole.queries[row].matchRanks)
      #expect(alone.queries[0].top == whole.queries[row].top)
    }
  }

  @Test func agreesWithThePeersOnTheGoldenCase() throws {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    let report = try RetrievalReport(scoring: fixtures.appendingPathComponent("retrieval-small.safetensors"))
    let expected = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: fixtures.appendingPathComponent("retrieval-small.json")))
    #expect(report.queries == expected.queries)
    #expect(report.gallery == expected.gallery)
    #expect(report.galleryWithoutJunk == expected.gallery_without_junk)
    #expect(report.dimension == expected.dim)
    #expect(abs(report.plain.mAP - expected.plain.mAP) < 1e-6)
    #expect(abs(report.plain.mAPTrapezoid - expected.plain.mAP_trapezoid) < 1e-6)
    #expect(abs(report.plain.rank1 - expected.plain.rank1) < 1e-6)
    #expect(abs(report.plain.rank5 - expected.plain.rank5) < 1e-6)
    #expect(abs(report.plain.rank10 - expected.plain.rank10) < 1e-6)
    #expect(abs(report.plain.rank20 - expected.plain.rank20) < 1e-6)
    // Printed figures are read back as they were.
    #expect(try JSONDecoder().decode(RetrievalReport.self, from: JSONEncoder().encode(report)) == report)
  }

  private struct Golden: Decodable {
    struct Scores: Decodable { let mAP, mAP_trapezoid, rank1, rank5, rank10, rank20: Double }
    let queries, gallery, gallery_without_junk, dim: Int
    let plain: Scores
  }
}
