/// A table's numbers for another program, in percent: the same as on its page.
package struct TableSummary: Codable, Hashable, Sendable {
  /// A row: a method.
  package struct Row: Codable, Hashable, Sendable {
    /// What it is called.
    package var name: String
    /// The variant that measures it; absent where it is not measured here.
    package var variant: String?
    /// Whether the re-ranked figures are meant.
    package var reranked: Bool?
    /// Seeds of the plan.
    package var seeds: [Int]
    /// Those of them that are finished.
    package var finished: [Int]
    /// The measured figures by column.
    package var measured: [String: AblationSummary.Spread]
    /// The balanced accuracy by attribute; absent but for attributes.
    package var balanced: [String: AblationSummary.Spread]?
    /// The paper's figures by column; empty where it has no such row.
    package var published: [String: Double]
  }

  /// The paper's table: `table1`.
  package var table: String
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
  /// The accuracy of always saying the most frequent class, by attribute; absent but for attributes.
  package var majority: [String: Double]?
  /// The accuracy that unlabelled colours leave to a perfect prediction, by attribute; absent but for attributes.
  package var ceiling: [String: Double]?
  /// What the figures say, in sentences.
  package var findings: [String]
  /// The command that recomputes the runs.
  package var command: String

  enum CodingKeys: String, CodingKey {
    case table, experiment, dataset, rows, majority, ceiling, findings, command
    case isSynthetic = "synthetic"
    case publishedDataset = "published_dataset"
  }
}

extension ComparisonReport {
  /// The table's numbers for another program.
  package func summary() -> TableSummary {
    let rows = sections.flatMap(\.rows).map { row in
      let trials = row.variant?.trials ?? []
      return TableSummary.Row(
        name: row.label, variant: row.variant?.name, reranked: row.variant == nil ? nil : row.isReranked,
        seeds: trials.map(\.seed), finished: trials.filter { row.scores($0) != nil }.map(\.seed),
        measured: metrics.reduce(into: [:]) { $0[$1.rawValue] = .init(row.sample($1)) },
        published: row.published?.values ?? [:])
    }
    return TableSummary(
      table: fileName, experiment: source.experiment, dataset: source.dataset, isSynthetic: source.isSynthetic,
      publishedDataset: published?.dataset, rows: rows, findings: findings().map(\.plain), command: source.command)
  }
}

extension AttributesReport {
  /// The table's numbers for another program.
  package func summary() -> TableSummary {
    let names = attributes + [Self.mean]
    let rows = compared.map { method in
      let trials = method.variant?.trials ?? []
      func spreads(_ reading: Reading) -> [String: AblationSummary.Spread] {
        names.reduce(into: [:]) { $0[$1] = .init(sample(method, $1, reading)) }
      }
      return TableSummary.Row(
        name: method.label, variant: method.variant?.name, seeds: trials.map(\.seed),
        finished: trials.filter { $0.record?.metrics?.attributes != nil }.map(\.seed), measured: spreads(.accuracy),
        balanced: spreads(.balanced), published: method.published?.values ?? [:])
    }
    return TableSummary(
      table: fileName, experiment: source.experiment, dataset: source.dataset, isSynthetic: source.isSynthetic,
      publishedDataset: published?.dataset, rows: rows,
      majority: names.reduce(into: [:]) { $0[$1] = ofData($1, .majority) },
      ceiling: names.reduce(into: [:]) { $0[$1] = ofData($1, .ceiling) }, findings: findings().map(\.plain),
      command: source.command)
  }
}
