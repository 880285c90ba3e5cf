import Documents

extension AblationReport {
  /// The table as plain text, in columns. A narrow terminal loses the weights' columns first, then the seeds' count; the
  /// figures stay.
  package func terminalResults(width: Int) -> [String] {
    let room = max(40, width)
    return "Table 3 · percent, mean ± deviation over n seeds · \(source.measuredWhere)".wrapped(to: room) + [""]
      + plainResults.terminal(width: room, optional: [[1, 2, 3, 4], [5], [6]])
  }

  /// The table, the deltas and what they say as plain text for a terminal of the given width.
  package func terminalTable(width: Int = 100) -> String {
    let room = max(40, width)
    var lines = terminalResults(width: width)
    lines.append("")
    lines += "Gains from row to row, in points; noise is half of the 95 % interval over paired seeds".wrapped(to: room)
    lines.append("")
    lines += terminalDeltas.terminal(width: room, optional: [[3]])
    lines.append("")
    for finding in findings() { lines += finding.plain.wrapped(to: room) }
    if isSynthetic {
      lines += "The measured figures are of drawn images; the published ones are of photographs.".wrapped(to: room)
    }
    for note in measuredNotes { lines += note.plain.wrapped(to: room) }
    return lines.joined(separator: "\n")
  }

  private var plainResults: Table {
    var table = resultsTable()
    table.groups[0].title = "measured"
    table.groups[1].title = Typeset("published")
    for (row, variant) in zip(table.sections[0].rows.indices, variants) {
      table.sections[0].rows[row][0] = Typeset(plainLabel(variant.name))
    }
    return table
  }

  private var terminalDeltas: Table {
    var table = deltasTable()
    table.groups[0].title = "measured"
    table.groups[1].title = "paper"
    table.columns[0].title = "From → to"
    table.columns[5].title = "verdict"
    table.sections = ReportMetric.allCases.map { metric in
      let rows = steps(.consecutive, metric).map { step in
        [
          Typeset("\(metric.title)  \(plainLabel(step.from)) → \(plainLabel(step.to))"),
          step.measured.map { Typeset(Figures.signed($0.mean)) } ?? Table.gap,
          step.measured?.noise.map { Typeset("± \(Figures.number($0))") } ?? Table.gap,
          Typeset("\(step.measured?.differences.count ?? 0)"),
          step.published.map { Typeset(Figures.signed($0)) } ?? Table.gap,
          Typeset(step.verdict.words),
        ]
      }
      return Table.Section(rows: rows)
    }
    return table
  }
}
