import Runs

/// A run's figures computed anew from the ranks of its true matches, as fractions in 0 ... 1.
///
/// With a query's matches at the ranks r₁ < … < rₖ, its average precision is the mean of `i / rᵢ` (rectangle form); in
/// the trapezoid form of the mean of that and of the precision just before, `(i − 1) / (rᵢ − 1)`, which is 1 before the
/// first rank. mAP is the mean over the queries that have a match; Rank-k the share of them with r₁ ≤ k.
package struct RecomputedScores: Hashable, Sendable {
  /// The figures by their names in `metrics.json`.
  package var values: [String: Double] = [:]
  /// Queries that were counted.
  package var queries = 0

  /// The figures that can be recomputed, by their names in `metrics.json`.
  package static let metrics = ["mAP", "mAP_trapezoid", "rank1", "rank5", "rank10", "rank20"]

  /// Computes the figures; without a query that has a match there are none.
  package init(matchRanks: [[Int]]) {
    var sums = [Double](repeating: 0, count: Self.metrics.count)
    for ranks in matchRanks where !ranks.isEmpty {
      queries += 1
      var (rectangle, trapezoid) = (0.0, 0.0)
      for (found, rank) in ranks.enumerated() {
        let precision = Double(found + 1) / Double(rank)
        let before = rank == 1 ? 1 : Double(found) / Double(rank - 1)
        rectangle += precision
        trapezoid += (before + precision) / 2
      }
      sums[0] += rectangle / Double(ranks.count)
      sums[1] += trapezoid / Double(ranks.count)
      for (place, depth) in [1, 5, 10, 20].enumerated() where ranks[0] <= depth { sums[place + 2] += 1 }
    }
    guard queries > 0 else { return }
    for (name, sum) in zip(Self.metrics, sums) { values[name] = sum / Double(queries) }
  }

  /// The figures as a run's metrics state them.
  static func stated(_ scores: RetrievalScores) -> [String: Double] {
    [
      "mAP": scores.mAP, "mAP_trapezoid": scores.mAPTrapezoid, "rank1": scores.rank1, "rank5": scores.rank5,
      "rank10": scores.rank10, "rank20": scores.rank20,
    ]
  }
}
