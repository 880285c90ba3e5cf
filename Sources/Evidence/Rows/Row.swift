import Documents
import Runs

/// A row of a table: what it is called, what measures it, and what the paper prints of it.
package struct Row: Sendable {
  /// What `{{table.row.figure}}` calls it: the variant's name, or the label that a definition gives.
  package var name: String
  /// What it is called in a table.
  package var label: Typeset
  /// What it is called where weights are not told in a column of their own: `Lg + Lp, learned weights`.
  package var longLabel: Typeset
  /// What it is called on a chart or in a terminal.
  package var plain: String
  /// The variant that measures it; nil where it is not measured here.
  package var variant: ReportVariant?
  /// Whether the re-ranked figures of its runs are meant.
  package var isReranked: Bool
  /// The paper's figures; nil where it has no such row.
  package var published: PublishedRow?
  /// The measured figures by metric and seed, in percent; one that no finished run has is absent.
  package let measured: [Metric: [Int: Double]]

  /// Reads the figures of a variant's runs.
  package init(
    _ name: String, label: Typeset? = nil, longLabel: Typeset? = nil, plain: String? = nil, variant: ReportVariant?,
    isReranked: Bool = false, published: PublishedRow? = nil, metrics: [Metric]
  ) {
    self.name = name
    self.label = label ?? Typeset(name)
    self.longLabel = longLabel ?? self.label
    self.plain = plain ?? name.onOneLine
    (self.variant, self.isReranked, self.published) = (variant, isReranked, published)
    var measured: [Metric: [Int: Double]] = [:]
    for trial in variant?.trials ?? [] {
      guard let scores = trial.record?.metrics else { continue }
      for metric in metrics {
        if let value = metric.value(scores, reranked: isReranked), measured[metric]?[trial.seed] == nil {
          measured[metric, default: [:]][trial.seed] = value
        }
      }
    }
    self.measured = measured
  }

  /// A figure by seed, in percent; empty where no finished run has it.
  package func values(_ metric: Metric) -> [Int: Double] { measured[metric] ?? [:] }

  /// A figure over the finished seeds, in the plan's order.
  package func sample(_ metric: Metric) -> Sample? {
    let values = values(metric)
    return Sample((variant?.trials ?? []).compactMap { values[$0.seed] })
  }

  /// The paper's figure, in percent.
  package func published(_ metric: Metric) -> Double? { published?.values[metric.name] }

  /// The seeds that have its figures: of a re-ranked row, those whose lists were re-ranked.
  package func finished(_ metric: Metric = .mAP) -> [Int] {
    let values = values(metric)
    return (variant?.trials ?? []).map(\.seed).filter { values[$0] != nil }
  }

  /// How many of its planned runs have its figures, of how many where that is not all: `3`, `2/3`.
  package func count(_ metric: Metric = .mAP) -> String {
    let (done, planned) = (finished(metric).count, variant?.trials.count ?? 0)
    return done == planned ? "\(done)" : "\(done)/\(planned)"
  }

  /// The finished runs whose ranks give the figures; none for re-ranked ones, whose ranks are not kept.
  private var ranked: [RunIdentity] { isReranked ? [] : variant?.finished.map(\.identity) ?? [] }

  /// What a figure's mean leads back to.
  package func evidence(_ metric: Metric) -> Typeset.Evidence? {
    sample(metric).flatMap { Typeset.Evidence($0, metric: metric.name, runs: ranked) }
  }

  /// A figure in a cell: mean ± deviation, leading back to its runs, or a marked gap.
  package func cell(_ metric: Metric) -> Typeset {
    sample(metric).map { .measured($0, metric: metric.name, runs: ranked) } ?? Table.gap
  }

  /// The paper's figure in a cell, or a marked gap.
  package func publishedCell(_ metric: Metric) -> Typeset {
    Table.cell(published(metric).map { Numerals.number($0) })
  }
}
