import Evidence
import Foundation
import Runs
import Testing

/// The codes and figures that a page's manifest is made of, against values worked out by hand.
struct ManifestTests {
  @Test(arguments: [
    ([[1, 2, 3, 40]], "AAAkB"), ([[1], [33]], "A.gB"), ([[2], [], [1]], "B..A"), ([], ""), ([[32]], "f"),
  ])
  func ranksAsText(_ ranks: [[Int]], _ text: String) {
    #expect(RankCode.text(of: ranks) == text)
    #expect(RankCode.queries(in: text) == ranks)
  }

  @Test func ranksReadBackWhateverTheyAre() {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let queries = (0..<300).map { _ in
      (0...random(20)).reduce(into: [Int]()) { ranks, _ in ranks.append((ranks.last ?? 0) + 1 + random(40_000)) }
    }
    #expect(RankCode.text(of: queries).flatMap(RankCode.queries(in:)) == queries)
  }

  @Test(arguments: ["A!", "é", "g", "ggggggggggggA", "A.g", "________B"])
  func noRanks(_ text: String) { #expect(RankCode.queries(in: text) == nil) }

  @Test(arguments: [[2, 1], [0, 1], [3, 3], [-1]])
  func ranksThatDoNotRise(_ ranks: [Int]) { #expect(RankCode.text(of: [ranks]) == nil) }

  /// The specification's three rankings: both forms of average precision.
  @Test(arguments: [([2], 0.5, 0.25), ([1, 3], 0.8333, 0.7917), ([2, 4, 7], 0.4762, 0.3492)])
  func averagePrecision(_ ranks: [Int], _ rectangle: Double, _ trapezoid: Double) throws {
    let scores = RecomputedScores(matchRanks: [ranks, []])
    #expect(abs(try #require(scores.values["mAP"]) - rectangle) < 5e-5)
    #expect(abs(try #require(scores.values["mAP_trapezoid"]) - trapezoid) < 5e-5)
    #expect(scores.queries == 1)
  }

  @Test func ranksWithin() {
    let scores = RecomputedScores(matchRanks: [[1], [5, 6], [10], [21]])
    #expect(["rank1", "rank5", "rank10", "rank20"].map { scores.values[$0] } == [0.25, 0.5, 0.75, 0.75])
    #expect(RecomputedScores(matchRanks: [[]]).values.isEmpty)
  }

  @Test func namesCannotLeaveTheElement() throws {
    let run = RunIdentity(experiment: "a b/c", variant: "</script><!--", seed: 1, hash: "abcdef0123456789")
    let id = PageManifest.id(of: run)
    #expect(!id.contains(" ") && !id.contains("<") && id.hasPrefix("a_b/c/"))
    let record = Fabricated.record("</script><!--<script>", seed: 1, tasks: ["global"], mAP: 0.5)
    let page = try PageManifest(of: [record, record]).html()
    #expect(page.matches(of: /<\/script/).count == 2 && !page.contains("<!--"))
    #expect(page.matches(of: /<script/).count == 2)
    #expect(page.contains("1 of 1 run has none"))
  }
}
