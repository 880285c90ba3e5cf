import Foundation
import Retrieval
import Support
import Tensors
import Testing

@Suite struct ReRankingTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

  @Test func agreesWithTheReferenceOnTheGoldenCase() throws {
    let file = try SafeTensors(contentsOf: Self.fixtures.appendingPathComponent("retrieval-small.safetensors"))
    let query = try LabelledDescriptors(named: "query", in: file)
    let gallery = try LabelledDescriptors(named: "gallery", in: file)
    let result = try ReRanking().distances(query: query, gallery: gallery)
    #expect(result.galleryRows == file.tensors["kept_gallery_rows"]?.integers)
    let expected = try #require(file.tensors["reranked"]).floats
    #expect(result.values.count == expected.count && expected.count == 80 * 450)
    let worst = zip(result.values, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 1e-5, "off by \(worst)")
    // The other variants are others.
    for other in [ReRanking(variant: .d4), ReRanking(k1: 10), ReRanking(k2: 1), ReRanking(lambda: 0)] {
      let values = try other.distances(query: query, gallery: gallery).values
      #expect((zip(values, expected).map { abs($0 - $1) }.max() ?? 0) > 1e-3, "\(other)")
    }
    let withJunk = try ReRanking(junk: .in).distances(query: query, gallery: gallery)
    #expect(withJunk.galleryRows == Array(0..<500))
    let same = result.galleryRows.enumerated().allSatisfy { place, row in
      (0..<80).allSatisfy { withJunk.values[$0 * 500 + row] == result.values[$0 * 450 + place] }
    }
    #expect(!same, "junk takes part")
  }

  @Test func metricsOfTheGoldenCase() throws {
    let report = try RetrievalReport(
      scoring: Self.fixtures.appendingPathComponent("retrieval-small.safetensors"), reranking: ReRanking())
    struct Golden: Decodable {
      struct Part: Decodable { let mAP, mAP_trapezoid, rank1, rank5, rank10, rank20: Double }
      let plain, reranked: Part
    }
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: Self.fixtures.appendingPathComponent("retrieval-small.json")))
    let reranked = try #require(report.reranked)
    for (figures, expected) in [(report.plain, golden.plain), (reranked.figures, golden.reranked)] {
      #expect(abs(figures.mAP - expected.mAP) < 1e-6)
      #expect(abs(figures.mAPTrapezoid - expected.mAP_trapezoid) < 1e-6)
      #expect(abs(figures.rank1 - expected.rank1) < 1e-6)
      #expect(abs(figures.rank5 - expected.rank5) < 1e-6)
      #expect(abs(figures.rank10 - expected.rank10) < 1e-6)
      #expect(abs(figures.rank20 - expected.rank20) < 1e-6)
    }
    #expect(try JSONDecoder().decode(RetrievalReport.self, from: JSONEncoder().encode(report)) == report)
  }

  /// Points on a coarse grid: squared distances are exact in single precision and ties are many.
  static func points(_ count: Int, dimension: Int, seed: UInt64, levels: Int) -> [Float] {
    var stream = RandomStream(seed: seed, name: "re-ranking")
    return (0..<count * dimension).map { _ in Float(stream.int(below: levels)) }
  }

  static func expectOracle(_ settings: ReRanking, queries: Int, gallery: Int, dimension: Int, seed: UInt64) throws {
    let values = points(queries + gallery, dimension: dimension, seed: seed, levels: 6)
    let found = try settings.distances(
      query: Descriptors(Array(values.prefix(queries * dimension)), dimension: dimension),
      gallery: Descriptors(Array(values.dropFirst(queries * dimension)), dimension: dimension), threads: 2)
    let rows = (0..<queries + gallery).map { row in
      values[row * dimension..<(row + 1) * dimension].map(Double.init)
    }
    let expected = ReRankingOracle(rows, queries: queries, settings).distances.flatMap { $0 }
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(found.count == expected.count && worst < 2e-6, "\(settings), seed \(seed): off by \(worst)")
    #expect(found.allSatisfy { $0 >= 0 })
  }

  @Test func agreesWithDenseMatricesOnManySmallCases() throws {
    for seed in 0..<60 as Range<UInt64> {
      var stream = RandomStream(seed: seed, name: "re-ranking case")
      let settings = ReRanking(
        k1: 1 + stream.int(below: 12), k2: 1 + stream.int(below: 14), lambda: stream.uniform(),
        variant: stream.pick([.d2, .d4]))
      try Self.expectOracle(
        settings, queries: 1 + stream.int(below: 6), gallery: 1 + stream.int(below: 50),
        dimension: 1 + stream.int(below: 20), seed: seed)
    }
    // More neighbours than images.
    try Self.expectOracle(ReRanking(k1: 100, k2: 90), queries: 2, gallery: 30, dimension: 3, seed: 1)
  }

  @Test func severalBlocksAgreeWithDenseMatrices() throws {
    // 1,100 gallery images are two blocks, and a part of a vector of sixteen.
    try Self.expectOracle(ReRanking(k1: 9, k2: 4), queries: 37, gallery: 1100, dimension: 40, seed: 3)
  }

  @Test func threadsDoNotShow() throws {
    var stream = RandomStream(seed: 9, name: "threads")
    func set(_ count: Int) throws -> Descriptors {
      try Descriptors((0..<count * 30).map { _ in Float(stream.normal()) }, dimension: 30)
    }
    let query = try set(200)
    let gallery = try set(1300)
    let alone = try ReRanking().distances(query: query, gallery: gallery, threads: 1)
    for threads in [2, 3, 7] {
      #expect(try ReRanking().distances(query: query, gallery: gallery, threads: threads) == alone)
    }
  }

  @Test func oneImageManyTimes() throws {
    let same = [Float](repeating: 1, count: 4)
    let values = try ReRanking().distances(
      query: Descriptors(same, dimension: 4), gallery: Descriptors(same + same + same, dimension: 4))
    #expect(values.count == 3 && values.allSatisfy { $0.isFinite && $0 >= 0 && $0 < 1e-6 })
  }

  @Test func keptRowsAreNamedByTheirPlaces() throws {
    // Junk is nearest; the true match behind it is at place 2.
    let query = try LabelledDescriptors(values: [0], dimension: 1, identities: [1], cameras: [1])
    let gallery = try LabelledDescriptors(
      values: [0, 9, 1], dimension: 1, identities: [-1, 2, 1], cameras: [2, 2, 2])
    for junk in ReRanking.Junk.allCases {
      let result = try RetrievalProtocol.evaluate(
        query: query, gallery: gallery, reranking: ReRanking(k1: 1, k2: 1, junk: junk), topRanks: 5)
      #expect(result.queries[0].top == [2, 1], "junk \(junk)")
      #expect(result.queries[0].matchRanks == [0])
    }
  }

  @Test func badSettingsAndSets() throws {
    let some = try Descriptors([1, 2, 3, 4], dimension: 2)
    let none = try Descriptors([], dimension: 2)
    let other = try Descriptors([1, 2, 3], dimension: 3)
    for settings in [
      ReRanking(k1: 0), ReRanking(k2: 0), ReRanking(k1: 1001), ReRanking(lambda: -0.1), ReRanking(lambda: 1.1),
      ReRanking(lambda: .nan),
    ] {
      #expect(throws: PlainError.self, "\(settings)") { try settings.distances(query: some, gallery: some) }
    }
    for (query, gallery) in [(some, none), (none, some), (some, other)] {
      #expect(throws: PlainError.self) { try ReRanking().distances(query: query, gallery: gallery) }
    }
    let junk = try LabelledDescriptors(values: [1, 2], dimension: 1, identities: [-1, -1], cameras: [1, 2])
    let query = try LabelledDescriptors(values: [1], dimension: 1, identities: [1], cameras: [1])
    #expect(throws: PlainError("the gallery is empty")) {
      try ReRanking().distances(query: query, gallery: junk)
    }
  }
}
