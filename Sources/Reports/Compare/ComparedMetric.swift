import Configuration
import Documents
import Runs

/// A figure that runs are compared by, in percent; more is better.
package struct ComparedMetric: Hashable, Sendable {
  /// Its word on the command line and in JSON: `rank1`.
  package let name: String
  /// Its name at the head of a column.
  package let title: String

  /// Every figure, the main one first.
  package static let all =
    ComparisonMetric.allCases.map { ComparedMetric(name: $0.rawValue, title: $0.title) } + [
      ComparedMetric(name: "mAP_trapezoid", title: "mAP (trapezoid)"),
      ComparedMetric(name: "reranked_mAP", title: "mAP, re-ranked"),
      ComparedMetric(name: "reranked_rank1", title: "Rank-1, re-ranked"),
      ComparedMetric(name: "attributes", title: "Attributes"),
    ]

  /// Mean average precision, which rows are told by unless another is asked for.
  package static let mAP = all[0]

  /// The figure of a name.
  ///
  /// - Throws: ``ReportError`` with the nearest name.
  package init(named name: String) throws(ReportError) {
    guard let found = Self.all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw ReportError(ReportError.unknown("there is no metric", name, among: Self.all.map(\.name)))
    }
    self = found
  }

  private init(name: String, title: String) {
    self.name = name
    self.title = title
  }

  /// What a run was measured at, in percent; nil where it was not measured by this.
  package func value(_ metrics: RunMetrics) -> Double? {
    switch name {
    case "mAP_trapezoid": 100 * metrics.retrieval.mAPTrapezoid
    case "reranked_mAP": metrics.reranked.map { 100 * $0.mAP }
    case "reranked_rank1": metrics.reranked.map { 100 * $0.rank1 }
    case "attributes": metrics.attributes.map { 100 * $0.mean }
    default: ComparisonMetric(rawValue: name)?.value(metrics.retrieval)
    }
  }
}
