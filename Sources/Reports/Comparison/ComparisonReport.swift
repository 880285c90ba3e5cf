import Documents
import Runs

/// The paper's comparison with other methods (Tables 1 and 2): its rows as printed, and the measured variants among them.
package struct ComparisonReport: DefinedReport {
  /// A row: what the paper printed, what is measured, or both.
  package struct Row: Sendable {
    /// What it is called.
    package var label: String
    /// What measures it; nil where it is not measured here.
    package var variant: ReportVariant?
    /// Whether the re-ranked figures are meant.
    package var isReranked: Bool
    /// The paper's figures; nil where it has no such row.
    package var published: PublishedRow?

    /// The scores of a trial that stand in this row.
    func scores(_ trial: ReportTrial) -> RetrievalScores? {
      isReranked ? trial.record?.metrics?.reranked : trial.scores
    }

    /// The measured values by seed, in percent.
    package func values(_ metric: ComparisonMetric) -> [Int: Double] {
      let pairs = (variant?.trials ?? []).compactMap { trial in scores(trial).map { (trial.seed, metric.value($0)) } }
      return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The measured values over the seeds, in percent; nil before a run is finished.
    package func sample(_ metric: ComparisonMetric) -> Sample? {
      Sample((variant?.trials ?? []).compactMap { scores($0).map(metric.value) })
    }
  }

  /// Rows that belong together.
  package struct Section: Sendable {
    /// Their heading.
    package var title: String?
    /// The rows.
    package var rows: [Row]
  }

  /// What it is made of.
  package var definition: ReportDefinition
  /// What it draws from.
  package var source: ExperimentRecords
  /// What the paper printed.
  package var published: PublishedTable?

  /// Gathers a comparison.
  ///
  /// - Throws: a `ReportError` where the definition names a row that the paper does not have.
  package init(_ definition: ReportDefinition, source: ExperimentRecords, published: PublishedTable) throws {
    try definition.checkRows(of: published)
    self.definition = definition
    self.source = source
    self.published = published
  }

  /// The columns, in the paper's order.
  package var metrics: [ComparisonMetric] { (published?.columns ?? []).compactMap(ComparisonMetric.init) }

  /// The rows: those of the definition, then the experiment's variants that it does not name.
  package var sections: [Section] {
    var sections = definition.sections.map { section in
      Section(
        title: section.title,
        rows: section.rows.compactMap { row in
          figures(of: row).map {
            Row(label: row.label, variant: $0.variant, isReranked: row.isReranked, published: $0.published)
          }
        })
    }
    let others = unnamedVariants.map { Row(label: $0.name, variant: $0, isReranked: false, published: nil) }
    if !others.isEmpty { sections.append(Section(title: "Further variants of \(source.experiment)", rows: others)) }
    return sections.filter { !$0.rows.isEmpty }
  }

  /// The rows that are measured and that the paper has too.
  var sharedRows: [Row] { sections.flatMap(\.rows).filter { $0.variant != nil && $0.published != nil } }
}

extension ReportDefinition {
  /// Refuses a definition that names rows which the paper does not have.
  func checkRows(of published: PublishedTable) throws {
    let known = published.rows.map(\.name)
    for row in sections.flatMap(\.rows) {
      guard let paper = row.paper, !known.contains(paper) else { continue }
      throw ReportError(
        "reports/\(name.onOneLine).yaml: "
          + ReportError.unknown("\(published.name) has no row", paper, among: known))
    }
  }
}
