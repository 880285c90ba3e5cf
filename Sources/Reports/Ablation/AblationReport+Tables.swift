import Documents
import Runs

extension AblationReport {
  /// Table 3: a row a variant, what was measured beside what the paper printed.
  package func resultsTable() -> Table {
    var columns = [Table.Column("Task loss", .leading)]
    columns += TaskLoss.all.map { Table.Column(Typeset([.symbol("λ", subscript: $0.mark)])) }
    columns += [Table.Column("Weights", .leading), Table.Column("n", group: 0)]
    columns += ReportMetric.allCases.map { Table.Column(Typeset($0.title), group: 0) }
    columns += ReportMetric.allCases.map { Table.Column(Typeset($0.title), group: 1) }
    return Table(
      name: "table3",
      label: published?.label,
      caption: Typeset(
        "mAP and Rank-1 in percent for each combination of task losses, \(source.measuredWhere), mean ± sample "
          + "deviation over n seeds; beside it the row that the paper’s \(published?.label ?? "table") prints."),
      groups: columnGroups(), columns: columns, sections: [Table.Section(rows: variants.map(resultsRow))],
      notes: resultsNotes)
  }

  private func resultsRow(_ variant: ReportVariant) -> [Typeset] {
    let weights = variant.weights
    var cells = [label(variant.name)]
    cells += TaskLoss.all.map { task in
      weights.map { Typeset(Figures.weight($0[task.name] ?? 0)) } ?? Table.gap
    }
    cells.append(variant.learnsWeights.map { $0 ? "learned" : "fixed" } ?? Table.gap)
    let finished = variant.finished.count
    let planned = variant.trials.count
    cells.append(Typeset(finished == planned ? "\(finished)" : "\(finished)/\(planned)"))
    cells += ReportMetric.allCases.map { metric in
      variant.sample(metric).map {
        Typeset.measured($0, metric: metric.rawValue, runs: variant.finished.map(\.identity))
      } ?? Table.gap
    }
    cells += ReportMetric.allCases.map { metric in
      publishedValue(variant.name, metric).map { Typeset(Figures.number($0)) } ?? Table.gap
    }
    return cells
  }

  private var resultsNotes: [Typeset] {
    measuredNotes + (published.map { [Typeset("Published figures: \($0.source), \($0.backbone).")] } ?? [])
  }

  /// What needs saying under the measured figures: how learned weights are read, and what is missing or not alike.
  var measuredNotes: [Typeset] {
    var notes: [Typeset] = []
    if variants.contains(where: { $0.learnsWeights == true }) {
      notes.append("Learned weights are 1/σ² after the last epoch, the mean over the seeds.")
    }
    notes += source.gapNotes { plainLabel($0.name) }
    return notes
  }

  /// Every delta, the seeds' noise, the paper's delta and what follows.
  func deltasTable() -> Table {
    let sections = ReportMetric.allCases.flatMap { metric in
      AblationStep.Kind.allCases.compactMap { kind -> Table.Section? in
        let steps = steps(kind, metric)
        guard !steps.isEmpty else { return nil }
        let title = kind == .consecutive ? "over the row above" : "over the first row"
        return Table.Section(Typeset("\(metric.title), \(title)"), rows: steps.map(deltaRow))
      }
    }
    return Table(
      name: "deltas",
      caption: Typeset(
        "What each row gains, in percentage points: the measured gain, the seeds’ noise (half of its 95 % interval), "
          + "and the gain between the paper’s rows."),
      groups: columnGroups(),
      columns: [
        Table.Column("Row", .leading), Table.Column("gain", group: 0), Table.Column("noise", group: 0),
        Table.Column("pairs", group: 0), Table.Column("gain", group: 1), Table.Column("Beside the paper", .leading),
      ],
      sections: sections)
  }

  private func deltaRow(_ step: AblationStep) -> [Typeset] {
    [
      label(step.to, tellsWeights: true),
      step.measured.map { Typeset(Figures.signed($0.mean)) } ?? Table.gap,
      step.measured?.noise.map { Typeset("± \(Figures.number($0))") } ?? Table.gap,
      Typeset("\(step.measured?.differences.count ?? 0)"),
      step.published.map { Typeset(Figures.signed($0)) } ?? Table.gap,
      Typeset(step.verdict.words),
    ]
  }

  /// Every planned run: which seed, which record, what it was measured at.
  func runsTable() -> Table {
    var table = Table.runs(of: [(source, { label($0.name, tellsWeights: true) })])
    table.sections[0].title = nil
    return table
  }
}
