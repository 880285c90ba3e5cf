import Evidence
import Foundation
import Runs
import Testing

/// Curves of retrieval on ranks that can be reckoned by hand.
struct RetrievalCurvesTests {
  private let ranks = [
    QueryRanking(query: "a", matchRanks: [1, 4], averagePrecision: 0.75),
    QueryRanking(query: "b", matchRanks: [3], averagePrecision: 1 / 3.0),
    QueryRanking(query: "none", matchRanks: [], averagePrecision: 0),
  ]

  @Test func cumulatedMatching() throws {
    #expect(RetrievalCurves.cumulatedMatching(ranks, last: 4) == [50, 50, 100, 100])
    #expect(RetrievalCurves.cumulatedMatching([], last: 4) == nil)
  }

  @Test func precisionIsTheBestAtThatRecallOrBeyond() throws {
    let curve = try #require(RetrievalCurves.precision(ranks))
    #expect(curve.count == 21)
    // Up to a recall of one half query a has 1, beyond it 2/4; query b has 1/3 throughout.
    for (level, value) in curve.enumerated() {
      let expected = 100 * ((level <= 10 ? 1 : 0.5) + 1 / 3.0) / 2
      #expect(abs(value - expected) < 1e-9, "recall \(RetrievalCurves.recallLevels[level])")
    }
    // A later match can have the better precision; it then counts for the recalls before it too.
    let rising = try #require(
      RetrievalCurves.precision([QueryRanking(query: "c", matchRanks: [3, 4, 5], averagePrecision: 0)]))
    #expect(rising.allSatisfy { abs($0 - 60) < 1e-9 })
  }
}
