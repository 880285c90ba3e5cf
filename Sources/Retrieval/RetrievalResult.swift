import Support

/// How well a gallery answers its queries.
package struct RetrievalResult: Sendable, Equatable {
  /// Mean average precision, rectangle form (``AveragePrecision/rectangle``).
  package let mAP: Double
  /// Mean average precision, trapezoid form (``AveragePrecision/trapezoid``).
  package let mAPTrapezoid: Double
  /// Every query in order, those that do not count among them.
  package let queries: [Ranking]
  /// Queries with a true match: the means are over these.
  package let countedQueries: Int

  /// Queries that were not counted, having no true match from another camera.
  package var queriesWithoutMatch: Int { queries.count - countedQueries }

  /// Takes the means over the queries that count.
  ///
  /// - Throws: ``PlainError`` where none counts, which leaves nothing to take a mean of.
  package init(queries: [Ranking]) throws(PlainError) {
    let precisions = queries.compactMap(\.averagePrecision)
    guard !precisions.isEmpty else {
      throw PlainError(
        "none of the \(queries.count) queries has a true match in the gallery: "
          + "the same identity, above 0, seen by another camera")
    }
    self.queries = queries
    countedQueries = precisions.count
    mAP = precisions.reduce(0) { $0 + $1.rectangle } / Double(precisions.count)
    mAPTrapezoid = precisions.reduce(0) { $0 + $1.trapezoid } / Double(precisions.count)
  }

  /// The cumulative matching characteristic: the share of queries whose first true match is within the first `rank`
  /// places, counted from 1.
  package func cmc(_ rank: Int) -> Double {
    let within = queries.count { $0.firstMatchRank.map { $0 <= rank } ?? false }
    return Double(within) / Double(countedQueries)
  }
}

/// Where one query found its true matches.
package struct Ranking: Hashable, Sendable {
  /// The query's place in its list.
  package let query: Int
  /// The places of the true matches in the ranking, ascending, from 0; empty where there are none.
  package let matchRanks: [Int]
  /// The average precision; nil where the query has no true match and so does not count.
  package let averagePrecision: AveragePrecision?
  /// The best gallery images by their places in the gallery's list, best first.
  package let top: [Int]

  /// The place of the first true match, from 1.
  package var firstMatchRank: Int? { matchRanks.first.map { $0 + 1 } }
}

/// Average precision of one query in the two forms that are in use. They differ by up to a point.
package struct AveragePrecision: Hashable, Sendable {
  /// The mean over the true matches of the precision at that match: the form that most code uses.
  package let rectangle: Double
  /// The mean over the true matches of the mean of the precisions just before and at that match, the one before the
  /// first place being 1: the form of Market-1501's own code.
  package let trapezoid: Double

  /// Measures a ranking.
  ///
  /// - Parameter ranks: the places of the true matches, ascending, from 0; not empty.
  /// - Returns: nil where there are no true matches: the query does not count.
  package init?(matchRanks ranks: [Int]) {
    guard !ranks.isEmpty else { return nil }
    var rectangle = 0.0
    var trapezoid = 0.0
    for (found, rank) in ranks.enumerated() {
      let precision = Double(found + 1) / Double(rank + 1)
      let before = rank == 0 ? 1 : Double(found) / Double(rank)
      rectangle += precision
      trapezoid += (before + precision) / 2
    }
    self.rectangle = rectangle / Double(ranks.count)
    self.trapezoid = trapezoid / Double(ranks.count)
  }
}
