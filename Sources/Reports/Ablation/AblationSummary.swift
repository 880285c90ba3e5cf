/// The report's numbers for another program, in percent and percentage points: the same as in its tables.
public struct AblationSummary: Codable, Hashable, Sendable {
  /// A figure over seeds.
  public struct Spread: Codable, Hashable, Sendable {
    /// The mean.
    public var mean: Double
    /// The sample deviation; absent for one seed.
    public var deviation: Double?
    /// The values, one a finished seed.
    public var values: [Double]

    init?(_ sample: Sample?) {
      guard let sample else { return nil }
      mean = sample.mean
      deviation = sample.deviation
      values = sample.values
    }
  }

  /// A row of Table 3.
  public struct Row: Codable, Hashable, Sendable {
    /// The variant.
    public var name: String
    /// Seeds of the plan.
    public var seeds: [Int]
    /// Those of them that are finished.
    public var finished: [Int]
    /// The weight of each task's loss after the last epoch.
    public var weights: [String: Double]?
    /// Whether the weights were learned.
    public var learnsWeights: Bool?
    /// Measured mAP, rectangle form.
    public var mAP: Spread?
    /// Measured mAP, trapezoid form.
    public var mAPTrapezoid: Spread?
    /// Measured Rank-1.
    public var rank1: Spread?
    /// The paper's figures by name; empty where it has no such row.
    public var published: [String: Double]

    enum CodingKeys: String, CodingKey {
      case name, seeds, finished, weights, mAP, rank1, published
      case learnsWeights = "learns_weights"
      case mAPTrapezoid = "mAP_trapezoid"
    }
  }

  /// A delta between two rows.
  public struct Delta: Codable, Hashable, Sendable {
    /// `consecutive` or `over_first`.
    public var kind: String
    /// `mAP` or `rank1`.
    public var metric: String
    /// The row that it starts from.
    public var from: String
    /// The row that it leads to.
    public var to: String
    /// The measured gain.
    public var measured: Double?
    /// Half of its 95 % interval; absent for fewer than two pairs.
    public var noise: Double?
    /// Seeds that both rows have finished.
    public var pairs: Int
    /// The paper's gain.
    public var published: Double?
    /// What follows, in words.
    public var verdict: String
  }

  /// The experiment.
  public var experiment: String
  /// What was measured on.
  public var dataset: String
  /// Whether that is drawn.
  public var isSynthetic: Bool
  /// What the published figures were measured on.
  public var publishedDataset: String?
  /// The rows.
  public var rows: [Row]
  /// The deltas.
  public var deltas: [Delta]
  /// What the figures say, in sentences.
  public var findings: [String]
  /// The command that recomputes the runs.
  public var command: String

  enum CodingKeys: String, CodingKey {
    case experiment, dataset, rows, deltas, findings, command
    case isSynthetic = "synthetic"
    case publishedDataset = "published_dataset"
  }
}

extension AblationReport {
  /// The report's numbers for another program.
  public func summary() -> AblationSummary {
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
