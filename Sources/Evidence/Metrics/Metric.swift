import Documents
import Runs
import Support

/// A figure that runs are told by, in percent; more is better.
package struct Metric: Sendable {
  /// Its word in `published.yaml`, in `metrics.json`, in JSON and on the command line: `rank1`.
  package let name: String
  /// At the head of a column, on an axis, in a sentence: `Rank-1`.
  package let title: String
  /// What a run was measured at, as a fraction.
  private let source: Source

  private enum Source: Sendable {
    case retrieval(@Sendable (RetrievalScores) -> Double)
    case run(@Sendable (RunMetrics) -> Double?)
  }

  /// What a run was measured at, in percent; nil where it was not measured by this. A figure of retrieval is that of the
  /// re-ranked lists where these are asked for.
  package func value(_ metrics: RunMetrics, reranked: Bool = false) -> Double? {
    switch source {
    case .retrieval(let read): (reranked ? metrics.reranked : metrics.retrieval).map { 100 * read($0) }
    case .run(let read): read(metrics).map { 100 * $0 }
    }
  }

  private init(_ name: String, _ title: String, _ read: @escaping @Sendable (RetrievalScores) -> Double) {
    (self.name, self.title, source) = (name, title, .retrieval(read))
  }

  private init(_ name: String, _ title: String, of run: @escaping @Sendable (RunMetrics) -> Double?) {
    (self.name, self.title, source) = (name, title, .run(run))
  }

  /// Mean average precision, rectangle form, the one that most code computes.
  package static let mAP = Metric("mAP", "mAP") { $0.mAP }
  /// The share of queries whose first match is at rank 1; the others: within rank 5, 10, 20.
  package static let rank1 = Metric("rank1", "Rank-1") { $0.rank1 }
  package static let rank5 = Metric("rank5", "Rank-5") { $0.rank5 }
  package static let rank10 = Metric("rank10", "Rank-10") { $0.rank10 }
  package static let rank20 = Metric("rank20", "Rank-20") { $0.rank20 }
  /// Mean average precision, trapezoid form, of the benchmark's own code.
  package static let trapezoid = Metric("mAP_trapezoid", "mAP (trapezoid)") { $0.mAPTrapezoid }
  package static let rerankedMAP = Metric("reranked_mAP", "mAP, re-ranked", of: { $0.reranked?.mAP })
  package static let rerankedRank1 = Metric("reranked_rank1", "Rank-1, re-ranked", of: { $0.reranked?.rank1 })
  /// The mean accuracy over the attributes.
  package static let attributes = Metric("attributes", "Attributes", of: { $0.attributes?.mean })

  /// The figures that the paper's tables of retrieval have as columns.
  package static let published: [Metric] = [mAP, rank1, rank5, rank10, rank20]
  /// Those that follow from the ranks of a run's matches.
  package static let ofRanks: [Metric] = published + [trapezoid]
  /// Every figure that any run may have, the main one first.
  package static let all: [Metric] = ofRanks + [rerankedMAP, rerankedRank1, attributes]

  /// The figures of ``ofRanks`` by name, as fractions.
  package static func shares(_ scores: RetrievalScores) -> [String: Double] {
    ofRanks.reduce(into: [:]) { shares, metric in
      if case .retrieval(let read) = metric.source { shares[metric.name] = read(scores) }
    }
  }

  /// What one query gives, in percent; nil for what is no mean over queries.
  package func value(_ ranking: QueryRanking) -> Double? {
    guard self != .mAP else { return 100 * ranking.averagePrecision }
    let depths: [Metric: Int] = [.rank1: 1, .rank5: 5, .rank10: 10, .rank20: 20]
    return depths[self].map { depth in (ranking.matchRanks.first.map { $0 <= depth } ?? false) ? 100 : 0 }
  }

  /// A column of the paper's tables of retrieval; nil for a word that is none of them.
  package init?(column: String) {
    guard let found = Self.published.first(where: { $0.name == column }) else { return nil }
    self = found
  }

  /// The figure of a name.
  ///
  /// - Throws: a `PlainError` with the nearest name.
  package init(named name: String) throws(PlainError) {
    guard let found = Self.all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw PlainError(Wording.unknown("there is no metric", naming: name, among: Self.all.map(\.name)))
    }
    self = found
  }

  /// How a column of any of the paper's tables is called: `Rank-1`, `upper color`.
  package static func title(ofColumn column: String) -> String {
    Metric(column: column)?.title ?? words(column)
  }

  private static func words(_ attribute: String) -> String { attribute.onOneLine.replacing("_", with: " ") }
}

extension Metric: Hashable {
  package static func == (one: Metric, other: Metric) -> Bool { one.name == other.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A reading of a run's attribute scores.
package enum AttributeReading: String, CaseIterable, Sendable {
  /// The share that is right.
  case accuracy
  /// The mean over the classes of the share that is right.
  case balanced
  /// What always saying the most frequent class gives.
  case majority
  /// What unlabelled colours leave to a perfect prediction.
  case ceiling

  /// The word of the mean over all attributes.
  package static let mean = "mean"

  private func values(_ scores: AttributeScores) -> [String: Double] {
    switch self {
    case .accuracy: scores.accuracy
    case .balanced: scores.balanced
    case .majority: scores.majority
    case .ceiling: scores.ceiling
    }
  }

  fileprivate func share(_ scores: AttributeScores, of attribute: String) -> Double? {
    let values = values(scores)
    guard attribute == Self.mean else { return values[attribute] }
    if self == .accuracy { return scores.mean }
    // In the order of the names: a sum in another order has other bits.
    return values.isEmpty ? nil : values.keys.sorted().reduce(0) { $0 + (values[$1] ?? 0) } / Double(values.count)
  }
}

extension Metric {
  /// A reading of an attribute, or of ``AttributeReading/mean`` over all of them. The accuracy bears the attribute's name
  /// alone, as the paper's column does; the others are `hat.balanced`.
  package static func attribute(_ name: String, _ reading: AttributeReading = .accuracy) -> Metric {
    Metric(
      reading == .accuracy ? name : "\(name).\(reading.rawValue)", words(name),
      of: { metrics in
        metrics.attributes.flatMap { reading.share($0, of: name) }
      })
  }
}
