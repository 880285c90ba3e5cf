import Runs

/// A comparison's numbers for another program: the same as on its page, and every query by name.
public struct CompareSummary: Codable, Sendable {
  /// A row.
  public struct Group: Codable, Sendable {
    /// Its number in all tables.
    public var number: Int
    /// Its name.
    public var name: String
    /// The experiment.
    public var experiment: String
    /// The variant.
    public var variant: String
    /// The dataset; absent where no plan can be read.
    public var dataset: String?
    /// Its runs.
    public var runs: [Run]
    /// Mean and deviation of each figure, in percent; what was not measured is absent.
    public var metrics: [String: AblationSummary.Spread]
  }

  /// A run.
  public struct Run: Codable, Sendable {
    /// The seed.
    public var seed: Int
    /// The hash.
    public var hash: String
    /// How far it is.
    public var status: ComparedRun.Status
    /// Finished epochs.
    public var epochs: Int
    /// Its folder.
    public var folder: String
    /// Each figure, in percent.
    public var metrics: [String: Double]
  }

  /// A difference of two rows, the second minus the first.
  public struct Delta: Codable, Sendable {
    /// The row.
    public var group: Int
    /// The row compared against.
    public var against: Int
    /// The figure.
    public var metric: String
    /// The difference, in points; absent where one of them is not measured.
    public var mean: Double?
    /// Half of the 95 % interval over paired seeds.
    public var noise: Double?
    /// The seeds that both have.
    public var seeds: [Int]
    /// Whether the difference exceeds the noise; absent where that is not known.
    public var exceedsNoise: Bool?
    /// Why it is not known.
    public var hindrance: String?

    enum CodingKeys: String, CodingKey {
      case group, against, metric, mean, noise, seeds, hindrance
      case exceedsNoise = "exceeds_noise"
    }
  }

  /// A setting that differs.
  public struct Setting: Codable, Sendable {
    /// The dotted path, or what is said of where it was computed.
    public var path: String
    /// Each row's value in YAML, in the order of the groups; null where it has none.
    public var values: [String?]
  }

  /// The queries of two rows.
  public struct Queries: Codable, Sendable {
    /// The row.
    public var group: Int
    /// The row compared against.
    public var against: Int
    /// Why they are not compared.
    public var leftOut: String?
    /// Queries in all.
    public var queries: Int?
    /// Runs of the row compared against, and of the row.
    public var runs: [Int]?
    /// Queries that the row gets right more often.
    public var won: [QueryContrast.Flip]?
    /// Queries that the row gets right less often.
    public var lost: [QueryContrast.Flip]?

    enum CodingKeys: String, CodingKey {
      case group, against, queries, runs, won, lost
      case leftOut = "left_out"
    }
  }

  /// A curve.
  public struct Curve: Codable, Sendable {
    /// What is drawn: `loss-global`.
    public var reading: String
    /// The row.
    public var group: Int
    /// The epochs.
    public var epochs: [Int]
    /// The mean over the runs at each epoch.
    public var mean: [Double]
    /// The smallest.
    public var low: [Double]
    /// The largest.
    public var high: [Double]
  }

  /// What was named.
  public var names: [String]
  /// The rows, as they were named.
  public var groups: [Group]
  /// The rows' numbers in the order of the tables.
  public var order: [Int]
  /// The differences.
  public var deltas: [Delta]
  /// The settings that differ.
  public var settings: [Setting]
  /// What differs about where the rows were computed.
  public var origins: [Setting]
  /// The curves that are drawn.
  public var curves: [Curve]
  /// The queries, a row at a time.
  public var queries: [Queries]
  /// What the data is, what keeps the comparison from being whole and what the figures say, in sentences.
  public var remarks: [String]
  /// What is wrong with files that cannot be read.
  public var damage: [String]
}

extension RunComparison {
  /// The comparison for another program.
  public func summary() -> CompareSummary {
    let metrics = metrics
    return CompareSummary(
      names: names, groups: groups.map { summary(of: $0, metrics) }, order: order.map { groups[$0].number },
      deltas: order.flatMap { place in
        reference(of: place).map { reference in
          metrics.map { metric in
            let delta = delta(of: place, against: reference, metric)
            return CompareSummary.Delta(
              group: groups[place].number, against: groups[reference].number, metric: metric.name, mean: delta.mean,
              noise: delta.noise, seeds: delta.seeds, exceedsNoise: delta.exceedsNoise,
              hindrance: delta.hindrance?.rawValue)
          }
        } ?? []
      },
      settings: differingSettings().map { CompareSummary.Setting(path: $0.path, values: $0.values) },
      origins: differingOrigins().map { CompareSummary.Setting(path: $0.path, values: $0.values) },
      curves: overlays().flatMap { overlay in
        overlay.curves.map { place, points in
          CompareSummary.Curve(
            reading: overlay.reading.name, group: groups[place].number, epochs: points.map { Int($0.x) },
            mean: points.map(\.mean), low: points.map(\.low), high: points.map(\.high))
        }
      },
      queries: contrasts.map(summary), remarks: [dataStatement()] + cautions() + findings().map(\.plain),
      damage: damage.map(\.description))
  }

  private func summary(of group: ComparedGroup, _ metrics: [ComparedMetric]) -> CompareSummary.Group {
    CompareSummary.Group(
      number: group.number, name: group.label, experiment: group.experiment, variant: group.variant,
      dataset: group.dataset,
      runs: group.runs.map { run in
        CompareSummary.Run(
          seed: run.identity.seed, hash: run.identity.hash, status: run.status, epochs: run.epochs.count,
          folder: run.folder.path,
          metrics: Dictionary(
            metrics.compactMap { metric in run.metrics.flatMap(metric.value).map { (metric.name, $0) } },
            uniquingKeysWith: { first, _ in first }))
      },
      metrics: Dictionary(
        metrics.compactMap { metric in
          AblationSummary.Spread(group.sample(metric)).map { (metric.name, $0) }
        }, uniquingKeysWith: { first, _ in first }))
  }

  private func summary(of item: Contrast) -> CompareSummary.Queries {
    var entry = CompareSummary.Queries(group: groups[item.place].number, against: groups[item.reference].number)
    switch item.result {
    case .failure(let gap): entry.leftOut = gap.rawValue
    case .success(let contrast):
      entry.queries = contrast.queries
      entry.runs = [contrast.runsBefore, contrast.runsAfter]
      (entry.won, entry.lost) = (contrast.won, contrast.lost)
    }
    return entry
  }
}
