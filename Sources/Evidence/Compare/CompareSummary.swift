import Configuration
import Runs

/// A comparison's numbers for another program: the same as on its page, and every query by name.
package struct CompareSummary: Codable, Sendable {
  package struct Group: Codable, Sendable {
    package var number: Int
    package var name: String
    package var experiment: String
    package var variant: String
    /// The dataset; absent where no plan can be read.
    package var dataset: String?
    package var runs: [Run]
    /// Mean and deviation of each figure, in percent; what was not measured is absent.
    package var metrics: [String: Spread]
  }

  package struct Run: Codable, Sendable {
    package var seed: Int
    package var hash: String
    package var status: ComparedRun.Status
    package var epochs: Int
    package var folder: String
    /// Each figure, in percent.
    package var metrics: [String: Double]
  }

  package struct Delta: Codable, Sendable {
    package var group: Int
    package var against: Int
    package var metric: String
    /// The difference, in points; absent where one of them is not measured.
    package var mean: Double?
    /// Half of the 95 % interval over paired seeds.
    package var noise: Double?
    package var seeds: [Int]
    /// Whether the difference exceeds the noise; absent where that is not known.
    package var exceedsNoise: Bool?
    /// Why it is not known.
    package var hindrance: String?

    enum CodingKeys: String, CodingKey {
      case group, against, metric, mean, noise, seeds, hindrance
      case exceedsNoise = "exceeds_noise"
    }
  }

  package struct Setting: Codable, Sendable {
    /// The dotted path, or what is said of where it was computed.
    package var path: String
    package var values: [String?]
  }

  package struct Queries: Codable, Sendable {
    package var group: Int
    package var against: Int
    package var leftOut: String?
    package var queries: Int?
    /// Runs of the row compared against, and of the row.
    package var runs: [Int]?
    /// Queries that the row gets right more often.
    package var won: [QueryContrast.Flip]?
    /// Queries that the row gets right less often.
    package var lost: [QueryContrast.Flip]?
    /// Of a single pair of runs: whether it differs by more than chance on these queries.
    package var permutation: [PermutationTest]?

    enum CodingKeys: String, CodingKey {
      case group, against, queries, runs, won, lost, permutation
      case leftOut = "left_out"
    }
  }

  package struct Curve: Codable, Sendable {
    /// What is drawn: `loss-global`.
    package var reading: String
    package var group: Int
    package var epochs: [Int]
    /// The mean over the runs at each epoch.
    package var mean: [Double]
    package var low: [Double]
    package var high: [Double]
  }

  package var names: [String]
  /// The rows, as they were named.
  package var groups: [Group]
  /// The rows' numbers in the order of the tables.
  package var order: [Int]
  package var deltas: [Delta]
  package var settings: [Setting]
  /// What differs about where the rows were computed.
  package var origins: [Setting]
  package var curves: [Curve]
  /// The queries, a row at a time.
  package var queries: [Queries]
  /// What the data is, what keeps the comparison from being whole and what the figures say, in sentences.
  package var remarks: [String]
  /// What is wrong with files that cannot be read.
  package var damage: [String]
}

extension RunComparison {
  /// All that its tables, charts and sentences draw from, as texts.
  package func inputs() throws -> [String] {
    try [RunJSON.text(of: summary()), sorting?.name ?? ""]
      + groups.flatMap(\.runs).flatMap { run in
        try [RunJSON.text(of: run.metrics), RunJSON.text(of: run.epochs), RunJSON.text(of: run.provenance)]
      }
  }

  package func summary() -> CompareSummary {
    let metrics = metrics
    return CompareSummary(
      names: names, groups: groups.map { summary(of: $0, metrics) }, order: order.map { groups[$0].number },
      deltas: pairs.flatMap { place, reference in
        metrics.map { metric in
          let delta = difference(of: place, against: reference, in: metric)
          return CompareSummary.Delta(
            group: groups[place].number, against: groups[reference].number, metric: metric.name, mean: delta.mean,
            noise: delta.noise, seeds: delta.seeds, exceedsNoise: delta.exceedsNoise,
            hindrance: delta.hindrance?.rawValue)
        }
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

  private func summary(of group: ComparedGroup, _ metrics: [Metric]) -> CompareSummary.Group {
    CompareSummary.Group(
      number: group.number, name: group.label, experiment: group.experiment, variant: group.variant,
      dataset: group.dataset,
      runs: group.runs.map { run in
        CompareSummary.Run(
          seed: run.identity.seed, hash: run.identity.hash, status: run.status, epochs: run.epochs.count,
          folder: run.folder.path,
          metrics: Dictionary(
            metrics.compactMap { metric in run.metrics.flatMap { metric.value($0) }.map { (metric.name, $0) } },
            uniquingKeysWith: { first, _ in first }))
      },
      metrics: Dictionary(
        metrics.compactMap { metric in
          Spread(group.row.sample(metric)).map { (metric.name, $0) }
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
      entry.permutation = contrast.permutation.isEmpty ? nil : contrast.permutation
    }
    return entry
  }
}
