import Runs

/// A column of a comparison: a figure of retrieval, in percent, named as in `published.yaml`.
package enum ComparisonMetric: String, CaseIterable, Sendable {
  /// Mean average precision, rectangle form.
  case mAP
  /// The share of queries whose first match is at rank 1.
  case rank1
  /// … within rank 5.
  case rank5
  /// … within rank 10.
  case rank10
  /// … within rank 20.
  case rank20

  /// Its name at the head of a column.
  package var title: String { self == .mAP ? "mAP" : "Rank-\(rawValue.dropFirst("rank".count))" }

  /// Its value in percent.
  package func value(_ scores: RetrievalScores) -> Double {
    switch self {
    case .mAP: 100 * scores.mAP
    case .rank1: 100 * scores.rank1
    case .rank5: 100 * scores.rank5
    case .rank10: 100 * scores.rank10
    case .rank20: 100 * scores.rank20
    }
  }
}
