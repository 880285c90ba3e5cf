/// The report's numbers for another program, in percent and percentage points: the same as in its tables.
package struct AblationSummary: Codable, Hashable, Sendable {
  /// A figure over seeds.
  package struct Spread: Codable, Hashable, Sendable {
    /// The mean.
    package var mean: Double
    /// The sample deviation; absent for one seed.
    package var deviation: Double?
    /// The values, one a finished seed.
    package var values: [Double]

    init?(_ sample: Sample?) {
      guard let sample else { return nil }
      mean = sample.mean
      deviation = sample.deviation
      values = sample.values
    }
  }

  /// A row of Table 3.
  package struct Row: Codable, Hashable, Sendable {
    /// The variant.
    package var name: String
    /// Seeds of the plan.
    package var seeds: [Int]
    /// Those of them that are finished.
    package var finished: [Int]
    /// The weight of each task's loss after the last epoch.
    package var weights: [String: Double]?
    /// Whether the weights were learned.
    package var learnsWeights: Bool?
    /// Measured mAP, rectangle form.
    package var mAP: Spread?
    /// Measured mAP, trapezoid form.
    package var mAPTrapezoid: Spread?
    /// Measured Rank-1.
    package var rank1: Spread?
    /// The paper's figures by name; empty where it has no such row.
    package var published: [String: Double]

    enum CodingKeys: String, CodingKey {
      case name, seeds, finished, weights, mAP, rank1, published
      case learnsWeights = "learns_weights"
      case mAPTrapezoid = "mAP_trapezoid"
    }
  }

  /// A delta between two rows.
  package struct Delta: Codable, Hashable, Sendable {
    /// `consecutive` or `over_first`.
    package var kind: String
    /// `mAP` or `rank1`.
    package var metric: String
    /// The row that it starts from.
    package var from: String
    /// The row that it leads to.
    package var to: String
    /// The measured gain.
    package var measured: Double?
    /// Half of its 95 % interval; absent for fewer than two pairs.
    package var noise: Double?
    /// Seeds that both rows have finished.
    package var pairs: Int
    /// The paper's gain.
    package var published: Double?
    /// What follows, in words.
    package var verdict: String
  }

  /// The experiment.
  package var experiment: String
  /// What was measured on.
  package var dataset: String
  /// Whether that is drawn.
  package var isSynthetic: Bool
  /// What the published figures were measured on.
  package var publishedDataset: String?
  /// The rows.
  package var rows: [Row]
  /// The deltas.
  package var deltas: [Delta]
  /// What the figures say, in sentences.
  package var findings: [String]
  /// The command that recomputes the runs.
  package var command: String

  enum CodingKeys: String, CodingKey {
    case experiment, dataset, rows, deltas, findings, command
    case isSynthetic = "synthetic"
    case publishedDataset = "published_dataset"
  }
}

extension AblationReport {
  /// The report's numbers for another program.
  package func summary() -> AblationSummary {
    let deltas = ReportMetric.allCases.flatMap { metric in
      AblationStep.Kind.allCases.flatMap { kind in
        steps(kind, metric).map { step in
          AblationSummary.Delta(
            kind: kind.rawValue, metric: metric.rawValue, from: step.from, to: step.to, measured: step.measured?.mean,
            noise: step.measured?.noise, pairs: step.measured?.differences.count ?? 0, published: step.published,
            verdict: step.verdict.words)
        }
      }
    }
    let rows = variants.map { variant in
      AblationSummary.Row(
        name: variant.name, seeds: variant.trials.map(\.seed),
        finished: variant.trials.filter { $0.scores != nil }.map(\.seed), weights: variant.weights,
        learnsWeights: variant.learnsWeights, mAP: .init(variant.sample(\.mAP)),
        mAPTrapezoid: .init(variant.sample(\.mAPTrapezoid)), rank1: .init(variant.sample(\.rank1)),
        published: published?.row(variant.name)?.values ?? [:])
    }
    return AblationSummary(
      experiment: experiment, dataset: dataset, isSynthetic: isSynthetic, publishedDataset: published?.dataset,
      rows: rows, deltas: deltas, findings: findings().map(\.plain), command: command)
  }
}
