import Documents

extension ComparisonReport {
  /// The paper's table, measured figures beside printed ones. A cell is empty where a row is not measured here, and a
  /// marked gap where its runs are not finished or the paper prints nothing.
  package func resultsTable() -> Table {
    var columns = [Table.Column("Method", .leading), Table.Column("n", group: 0)]
    columns += metrics.map { Table.Column(Typeset($0.title), group: 0) }
    columns += metrics.map { Table.Column(Typeset($0.title), group: 1) }
    return Table(
      name: fileName, label: published?.label,
      caption: Typeset(
        "\(published?.title ?? title): \(Figures.list(metrics.map(\.title))) in percent. Rows in bold are "
          + "\(source.measuredWhere), mean ± sample deviation over n seeds; beside them, and alone in the other rows, what "
          + "the paper’s \(published?.label ?? "table") prints."),
      groups: columnGroups(), columns: columns,
      sections: sections.map { Table.Section($0.title.map { Typeset($0) }, rows: $0.rows.map(cells)) },
      notes: notes)
  }

  private func cells(_ row: Row) -> [Typeset] {
    var cells: [Typeset]
    if let variant = row.variant {
      let finished = variant.trials.filter { row.scores($0) != nil }.count
      let planned = variant.trials.count
      cells = [
        Typeset([.strong(row.label)]), Typeset(finished == planned ? "\(finished)" : "\(finished)/\(planned)"),
      ]
      cells += metrics.map { metric in
        guard let sample = row.sample(metric) else { return Table.gap }
        // The ranks that a page carries are those without re-ranking.
        return row.isReranked
          ? Typeset(Figures.spread(sample))
          : Typeset.measured(sample, metric: metric.rawValue, runs: variant.finished.map(\.identity))
      }
    } else {
      cells = [Typeset(row.label), ""] + metrics.map { _ in "" }
    }
    return cells
      + metrics.map { metric in
        guard let published = row.published else { return "" }
        return published.values[metric.rawValue].map { Typeset(Figures.number($0)) } ?? Table.gap
      }
  }

  /// What needs saying under the table.
  var notes: [Typeset] {
    var notes = remarks.map { Typeset($0) } + source.gapNotes()
    let plain = sections.flatMap(\.rows).filter { row in
      row.isReranked && row.variant?.finished.contains { $0.metrics?.reranked == nil } == true
    }
    if !plain.isEmpty {
      notes.append(
        Typeset("Runs without re-ranked figures (evaluate.rerank): \(Figures.list(plain.map(\.label.onOneLine)))."))
    }
    if sections.flatMap(\.rows).contains(where: { $0.published != nil && $0.published?.values.count != metrics.count })
    {
      notes.append("A dash in a published column: the paper prints nothing there.")
    }
    notes += sections.flatMap(\.rows).compactMap { row in
      row.published?.note.map { Typeset("\(row.label.onOneLine): \($0).") }
    }
    return notes + (published.map { [Typeset("Published figures: \($0.source).")] } ?? [])
  }

  /// A step from a measured row that the paper has to the next such row.
  struct Step {
    var from: Row
    var to: Row
    var measured: PairedDifference?
    var published: Double?

    var verdict: Verdict { Verdict(measured: measured, published: published) }
  }

  /// The steps between the rows that are measured and that the paper has too.
  func steps(_ metric: ComparisonMetric) -> [Step] {
    zip(sharedRows, sharedRows.dropFirst()).map { from, to in
      let before = from.published?.values[metric.rawValue]
      let after = to.published?.values[metric.rawValue]
      return Step(
        from: from, to: to, measured: PairedDifference(from: from.values(metric), to: to.values(metric)),
        published: before.flatMap { before in after.map { $0 - before } })
    }
  }

  /// What each measured row gains over the measured row before it, beside the paper's gain.
  package func gainsTable() -> Table? {
    guard sharedRows.count > 1 else { return nil }
    return Table(
      name: "\(fileName)-gains",
      caption: Typeset(
        "What each measured row of \(published?.label ?? "the table") gains over the one before that the paper has too, in "
          + "percentage points: the measured gain, the seeds’ noise (half of its 95 % interval), and the paper’s gain."),
      groups: columnGroups(),
      columns: [
        Table.Column("From → to", .leading), Table.Column("gain", group: 0), Table.Column("noise", group: 0),
        Table.Column("pairs", group: 0), Table.Column("gain", group: 1), Table.Column("Beside the paper", .leading),
      ],
      sections: metrics.map { metric in
        Table.Section(
          Typeset(metric.title),
          rows: steps(metric).map { step in
            [
              Typeset("\(step.from.label) → \(step.to.label)"),
              step.measured.map { Typeset(Figures.signed($0.mean)) } ?? Table.gap,
              step.measured?.noise.map { Typeset("± \(Figures.number($0))") } ?? Table.gap,
              Typeset("\(step.measured?.differences.count ?? 0)"),
              step.published.map { Typeset(Figures.signed($0)) } ?? Table.gap, Typeset(step.verdict.words),
            ]
          })
      })
  }
}
