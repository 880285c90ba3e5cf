/// How well a gallery answers its queries.
package struct RetrievalResult: Sendable, Equatable {
  /// Mean average precision, rectangle form (``AveragePrecision/rectangle``).
  package let mAP: Double
  /// Mean average precision, trapezoid form (``AveragePrecision/trapezoid``).
  package let mAPTrapezoid: Double
  /// Every query in order, those that do not count among them.
  package let queries: [QueryRanking]
  /// Queries with a true match: the means are over these.
  package let countedQueries: Int

  /// Queries that were not counted, having no true match from another camera.
  package var queriesWithoutMatch: Int { queries.count - countedQueries }

  /// Takes the means over the queries that count.
  ///
  /// - Throws: ``RetrievalError`` where none counts, which leaves nothing to take a mean of.
  package init(queries: [QueryRanking]) throws(RetrievalError) {
    let precisions = queries.compactMap(\.averagePrecision)
    guard !precisions.isEmpty else {
      throw RetrievalError(
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
