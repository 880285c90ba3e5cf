/// How one query's true matches were ranked: an entry of `ranks.json`.
package struct QueryRanking: Codable, Hashable, Sendable {
  /// The query image's file name.
  package var query: String
  /// The ranks of its true matches, counted from 1, rising, junk left out.
  package var matchRanks: [Int]
  /// Average precision, rectangle form.
  package var averagePrecision: Double

  /// Records a query's ranking.
  package init(query: String, matchRanks: [Int], averagePrecision: Double) {
    self.query = query
    self.matchRanks = matchRanks
    self.averagePrecision = averagePrecision
  }

  enum CodingKeys: String, CodingKey {
    case query
    case matchRanks = "match_ranks"
    case averagePrecision = "average_precision"
  }
}
