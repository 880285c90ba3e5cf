import Retrieval
import Testing

@Suite struct AveragePrecisionTests {
  /// The three lists of the specification ("Testing").
  @Test(arguments: [
    ([false, true], 0.5, 0.25),
    ([true, false, true], 5.0 / 6, 19.0 / 24),
    ([false, true, false, true, false, false, true], 10.0 / 21, 0.3492),
  ])
  func specificationLists(matches: [Bool], rectangle: Double, trapezoid: Double) throws {
    let precision = try #require(AveragePrecision(matches: matches))
    #expect(abs(precision.rectangle - rectangle) < 1e-12)
    #expect(abs(precision.trapezoid - trapezoid) < 5e-5)
  }

  @Test func perfectRankingsScoreOne() throws {
    for count in 1...5 {
      let precision = try #require(AveragePrecision(matches: Array(repeating: true, count: count) + [false]))
      #expect(precision.rectangle == 1)
      #expect(precision.trapezoid == 1)
    }
  }

  @Test func nothingToFindIsNoScore() {
    #expect(AveragePrecision(matches: []) == nil)
    #expect(AveragePrecision(matches: [false, false]) == nil)
  }
}

extension AveragePrecision {
  /// Of a ranking given as a list of "is a true match", best first.
  fileprivate init?(matches: [Bool]) { self.init(matchRanks: matches.indices.filter { matches[$0] }) }
}
