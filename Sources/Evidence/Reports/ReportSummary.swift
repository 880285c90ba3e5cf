import Documents

/// A report's numbers for another program, in percent and percentage points: the same as in its tables.
///
/// What a kind of report does not tell is absent.
package struct ReportSummary: Codable, Hashable, Sendable {
  /// A row: a variant, a method.
  package struct Row: Codable, Hashable, Sendable {
    package var name: String
    package var variant: String?
    /// Whether the re-ranked figures are meant.
    package var reranked: Bool?
    /// Seeds of the plan.
    package var seeds: [Int]
    /// Those of them that are finished.
    package var finished: [Int]
    /// The weight of each task's loss after the last epoch.
    package var weights: [String: Double]?
    package var learnsWeights: Bool?
    /// Of an ablation: the measured figures by themselves.
    package var mAP: Spread?
    package var mAPTrapezoid: Spread?
    package var rank1: Spread?
    /// Of the others: the measured figures by column.
    package var measured: [String: Spread]?
    package var balanced: [String: Spread]?
    /// The paper's figures by column; empty where it has no such row.
    package var published: [String: Double]

    enum CodingKeys: String, CodingKey {
      case name, variant, reranked, seeds, finished, weights, mAP, rank1, measured, balanced, published
      case learnsWeights = "learns_weights"
      case mAPTrapezoid = "mAP_trapezoid"
    }
  }

  /// A difference of two rows of an ablation.
  package struct Delta: Codable, Hashable, Sendable {
    /// `consecutive` or `over_first`.
    package var kind: String
    /// `mAP` or `rank1`.
    package var metric: String
    package var from: String
    package var to: String
    package var measured: Double?
    /// Half of its 95 % interval; absent for fewer than two pairs.
    package var noise: Double?
    /// Seeds that both rows have finished.
    package var pairs: Int
    package var published: Double?
    package var verdict: String
  }

  /// The paper's table: `table1`.
  package var table: String?
  package var experiment: String
  package var dataset: String
  package var isSynthetic: Bool
  /// What the published figures were measured on.
  package var publishedDataset: String?
  package var rows: [Row]
  package var deltas: [Delta]?
  /// The accuracy of always saying the most frequent class, by attribute.
  package var majority: [String: Double]?
  /// The accuracy that unlabelled colours leave to a perfect prediction, by attribute.
  package var ceiling: [String: Double]?
  /// What the figures say, in sentences.
  package var findings: [String]
  package var command: String

  enum CodingKeys: String, CodingKey {
    case table, experiment, dataset, rows, deltas, majority, ceiling, findings, command
    case isSynthetic = "synthetic"
    case publishedDataset = "published_dataset"
  }
}

extension ReportSummary {
  /// The numbers of a report's rows: an ablation tells weights and steps, the others their columns.
  init(_ basis: ReportBasis, rows: [Evidence.Row], metrics: [Metric], findings: [Typeset]) {
    let isAblation = basis.definition.kind == .ablation
    self.init(
      table: isAblation ? nil : basis.fileName, experiment: basis.records.experiment, dataset: basis.records.dataset,
      isSynthetic: basis.records.isSynthetic, publishedDataset: basis.published?.dataset,
      rows: rows.map { Row($0, metrics: metrics, isAblation: isAblation) },
      deltas: isAblation ? Self.deltas(of: rows, metrics) : nil, findings: findings.map(\.plain),
      command: basis.records.command)
  }

  private static func deltas(of rows: [Evidence.Row], _ metrics: [Metric]) -> [Delta] {
    metrics.flatMap { metric in
      AblationStep.allCases.flatMap { kind in
        kind.differences(of: rows, in: metric).map { step in
          Delta(
            kind: kind.rawValue, metric: metric.name, from: step.from.name, to: step.to.name,
            measured: step.paired?.mean, noise: step.noise, pairs: step.paired?.differences.count ?? 0,
            published: step.published, verdict: step.verdict.words)
        }
      }
    }
  }
}

extension ReportSummary.Row {
  fileprivate init(_ row: Row, metrics: [Metric], isAblation: Bool) {
    let isOfAttributes = !metrics.contains(.mAP)
    self.init(
      name: row.name, seeds: (row.variant?.trials ?? []).map(\.seed), finished: row.finished(metrics.last ?? .mAP),
      published: row.published?.values ?? [:])
    if isAblation {
      (weights, learnsWeights) = (row.variant?.weights, row.variant?.learnsWeights)
      (mAP, mAPTrapezoid, rank1) = (.init(row.sample(.mAP)), .init(row.sample(.trapezoid)), .init(row.sample(.rank1)))
    } else {
      variant = row.variant?.name
      reranked = row.variant == nil || isOfAttributes ? nil : row.isReranked
      measured = metrics.reduce(into: [:]) { $0[$1.name] = .init(row.sample($1)) }
    }
  }
}
