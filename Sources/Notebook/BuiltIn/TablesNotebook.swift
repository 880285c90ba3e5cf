import Documents
import Evidence
import Support

extension NotebookReport {
  /// The notebook of one or more of the paper's tables, each beside what was measured: what `aanet run` leaves, and
  /// `aanet report` where no notebook of the project is named.
  ///
  /// - Parameters:
  ///   - title: the title of several tables; one has its own.
  ///   - command: the command that recomputes all runs.
  /// - Throws: a `PlainError` where nothing is measured yet.
  package static func tables(
    of reports: [Report], title: String, command: String, program: String = ""
  ) throws -> NotebookReport {
    let only = reports.count == 1 ? reports.first : nil
    let isAblation = only?.basis.definition.kind == .ablation
    guard reports.contains(where: \.records.hasMeasurements) else {
      let experiments = Numerals.list(reports.map(\.records.experiment.onOneLine))
      throw PlainError("no run of \(experiments) is finished yet: run \(command.onOneLine)")
    }
    let tables = named(reports)
    // Charts bear fixed names, and those of a second table would lie under the same ones.
    let charted = tables.first { $0.report.basis.definition.kind == .ablation && !$0.report.rows.isEmpty }?.name
    // An ablation by itself has had these files since before there were others.
    let name = isAblation ? "table3" : "tables"
    var text = tables.flatMap { table in
      parts(of: table, under: only == nil ? "# {{\(table.name).title}}" : "# Results", hasCharts: table.name == charted)
    }
    text += ["# How each number is computed", BuiltIn.cell("findings", "part: methods"), "# Networks and runs"]
    text.append(
      "Every measured figure above is computed from these runs. The command at the end of this page trains what is "
        + "missing, trains nothing twice, and makes this page again.")
    if Table.networks(of: reports.labelled) != nil { text.append(BuiltIn.cell("table", "part: networks")) }
    text.append(BuiltIn.cell("table", "part: runs"))
    let finished = reports.flatMap(\.records.finished)
    if Table.provenance(of: finished) != nil { text.append(BuiltIn.cell("table", "part: provenance")) }
    text.append(
      """
      # Files

      - [\(name).md](\(name).md), this page as Markdown
      - [\(name).tex](\(name).tex), its tables of figures for LaTeX (what to load is said in it)
      - [\(name).ipynb](\(name).ipynb), this page for Jupyter
      - beside them the data of each table as CSV, and each chart as SVG and PNG
      """)
    let experiments = reports.map(\.records.experiment.onOneLine)
    var report = try NotebookReport(
      BuiltIn.source(
        name, title: only?.title ?? title,
        subtitle: "\(experiments.count == 1 ? "Experiment" : "Experiments") \(Numerals.list(experiments))", text),
      notebook: NotebookContext(tables: tables), command: command, program: program)
    let names = Set(tables.flatMap { [$0.name, "\($0.name)-gains"] })
    // Where runs were made is no table of a paper, and differs where all figures are the same.
    report.isForLaTeX = { names.contains($0) }
    report.isKnown = BuiltIn.wasWritten
    return report
  }

  /// Under the names of the tables; one of the same name under another experiment is told apart by a number.
  private static func named(_ reports: [Report]) -> [NotebookTable] {
    let names = reports.map(\.basis.fileName)
    return names.indices.map { place in
      let before = names[..<place].count { $0 == names[place] }
      return NotebookTable(
        name: before == 0 ? names[place] : "\(names[place])-\(before + 1)", report: reports[place])
    }
  }

  /// A table and what belongs to it.
  private static func parts(of table: NotebookTable, under heading: String, hasCharts: Bool) -> [String] {
    let report = table.report
    let of = "of: '\(table.name)'"
    var parts = [heading]
    if !report.basis.definition.introduction.isEmpty {
      parts.append(BuiltIn.cell("findings", of, "part: introduction"))
    }
    parts.append(BuiltIn.cell("table", of))
    if !report.findings.isEmpty { parts.append(BuiltIn.cell("findings", of)) }
    if report.gains != nil { parts.append(BuiltIn.cell("table", of, "part: gains")) }
    guard hasCharts else { return parts }
    var charts: [ChartCell.Subject] = [.map, .rank1]
    if report.rows.count > 1 { charts += [.gainMap, .gainRank1] }
    charts.append(.losses)
    if report.records.variants.contains(where: { $0.learnsWeights == true }) { charts.append(.sigma) }
    charts += [ChartCell.Subject.weighted, .gradients, .validation].filter { chart in
      report.records.variants.contains { variant in chart.curves?.isKept(by: variant) ?? false }
    }
    // One cell says it where there are too many rows to be drawn.
    if report.rows.count > Report.largestChart { charts = [.map] }
    return parts + ["## Charts"]
      + charts.map { BuiltIn.cell("chart", of, "show: \($0.rawValue)", "name: \($0.rawValue)") }
  }
}
