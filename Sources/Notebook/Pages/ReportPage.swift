import Documents
import Evidence
import Foundation
import Support

/// Several of the paper's tables on one page, each beside what was measured: what `aanet run quickstart` leaves.
package struct ReportPage: Sendable {
  /// The title of a page of several tables; one table bears its own.
  package var title: String
  package var reports: [Report]
  /// The command that recomputes all runs.
  package var command: String

  package init(title: String, reports: [Report], command: String) {
    (self.title, self.reports, self.command) = (title, reports, command)
  }

  /// Writes the page into a folder and returns its files, the page first. An ablation by itself has a page of its own form.
  ///
  /// - Parameter marksCSV: whether CSV files begin with a byte order mark.
  /// - Throws: a `PlainError` where nothing is measured yet, where gnuplot is missing, and where the folder holds files
  ///   that are not a page's.
  @discardableResult
  package func write(to folder: URL, marksCSV: Bool = false) throws -> [URL] {
    let ablation = reports.first.flatMap { report in
      reports.count == 1 && report.basis.definition.kind == .ablation ? report : nil
    }
    guard reports.contains(where: \.records.hasMeasurements) else {
      let experiments = Numerals.list(reports.map(\.records.experiment.onOneLine))
      let command = ablation?.records.command ?? command
      throw PlainError("no run of \(experiments) is finished yet: run \(command.onOneLine)")
    }
    if let ablation {
      return try AblationPage(report: ablation).files(marksCSV: marksCSV).write(
        to: folder, isKnown: AblationPage.isKnown)
    }
    let charted = charted
    return try PageFiles(
      drawings: charted.map { reports[$0].drawings } ?? [], records: reports.flatMap(\.records.finished)
    ) { figures in
      document(figures, of: charted)
    } others: { document in
      [("tables.md", document.markdown()), ("tables.tex", latex())]
        + zip(fileNames, reports).map { ("\($0).csv", CSV.file($1.csv, hasMark: marksCSV)) }
    }.write(to: folder, isKnown: Self.isKnown)
  }

  /// Whether a file of that name may be replaced: one that a page can have.
  private static func isKnown(_ name: String) -> Bool {
    ([Page.file, "tables.md", "tables.tex"] + AblationPage.charts).contains(name)
      || name.wholeMatch(of: /table[A-Za-z0-9]*(-[0-9]+)?\.csv/) != nil
  }

  /// The report whose charts are shown: charts bear fixed names, and a second report's would lie under the same ones.
  private var charted: Int? { reports.firstIndex { !$0.drawings.isEmpty } }

  /// The files' names, a table of the same name under another experiment told apart by a number.
  private var fileNames: [String] {
    let names = reports.map(\.basis.fileName)
    return names.indices.map { place in
      let before = names[..<place].count { $0 == names[place] }
      return before == 0 ? names[place] : "\(names[place])-\(before + 1)"
    }
  }

  /// The whole page; `figures` are the drawn charts of one report.
  package func document(_ figures: [Figure], of charted: Int? = nil) -> Document {
    var blocks: [Block] = [.notice(Typeset(reports.dataStatement))]
    for (place, report) in reports.enumerated() {
      blocks.append(.heading(report.title, name: fileNames[place]))
      blocks += report.basis.definition.introduction.map { .paragraph(Typeset($0)) }
      blocks.append(.table(report.results))
      if !report.findings.isEmpty { blocks.append(.list(report.findings)) }
      if let gains = report.gains { blocks.append(.table(gains)) }
      if place == charted { blocks += figures.map { .figure($0) } }
    }
    blocks += [.heading("How each number is computed", name: "methods"), .list(reports.flatMap(\.methods).unique)]
    blocks.append(.heading("Networks and runs", name: "run-list"))
    let labelled = trained.map(\.labelled)
    if let networks = Table.networks(of: labelled) { blocks.append(.table(networks)) }
    blocks += Self.runs(labelled, command: command, what: "page")
    blocks += [.heading("Files", name: "files"), .list(files(figures))]
    let experiments = reports.map { Typeset([.code($0.records.experiment)]) }
    return Document(
      title: reports.count == 1 ? reports[0].title : title,
      subtitle: Typeset(experiments.count == 1 ? "Experiment " : "Experiments ") + Typeset.list(experiments),
      blocks: blocks)
  }

  /// Where every figure comes from, and how to make it again.
  static func runs(_ labelled: [LabelledRecords], command: String, what: String) -> [Block] {
    var runs = Table.runs(of: labelled)
    if what == "report" { runs.sections[0].title = nil }
    let provenance = Table.provenance(of: labelled.flatMap(\.records.finished))
    return [
      .paragraph(
        Typeset(
          "Every measured figure above is computed from these runs. This command trains what is missing, trains nothing "
            + "twice, and makes this \(what) again:")), .code(command), .table(runs),
    ] + (provenance.map { [.table($0)] } ?? [])
  }

  /// The reports but for those that draw on runs of a report before them.
  private var trained: [Report] {
    var seen: Set<URL> = []
    return reports.filter { report in
      let folders = report.records.variants.flatMap { $0.trials.compactMap { $0.record?.folder.standardizedFileURL } }
      let isNew = folders.isEmpty || folders.contains { !seen.contains($0) }
      seen.formUnion(folders)
      return isNew
    }
  }

  private func files(_ figures: [Figure]) -> [Typeset] {
    var items: [Typeset] = [
      Typeset([.link("tables.md", file: "tables.md"), .text(", this page as Markdown")]),
      Typeset([.link("tables.tex", file: "tables.tex"), .text(", its tables for LaTeX (what to load is said in it)")]),
    ]
    items += zip(fileNames, reports).map { name, report in
      Typeset([.link("\(name).csv", file: "\(name).csv"), .text(", \(report.title)")])
    }
    guard !figures.isEmpty else { return items }
    let links = figures.map(\.name).sorted().map { Typeset([.link($0, file: "\($0).svg")]) }
    return items + [Typeset("The charts, as SVG and PNG: ") + Typeset.list(links)]
  }

  /// The tables for a paper, with what they need said at the top.
  private func latex() -> String {
    let tables = zip(fileNames, reports).flatMap { name, report in
      // A label names one table: where two experiments have the same, the second's are told apart as its files are.
      [report.results, report.gains].compactMap { table -> Table? in
        guard var table else { return nil }
        table.name += name.dropFirst(report.basis.fileName.count)
        return table
      }
    }
    return Table.latex(
      tables, title: reports.count == 1 ? reports[0].title : title, statement: reports.dataStatement, command: command)
  }
}

extension Table {
  /// Tables for a paper, with what they are and what they need said at the top.
  static func latex(_ tables: [Table], title: String, statement: String, command: String) -> String {
    let head = [
      "% \(title.onOneLine)", "% \(statement.onOneLine)", "% Recompute: \(command.onOneLine)", packagesForLaTeX, "",
    ]
    return (head + tables.map { $0.latex() }).joined(separator: "\n") + "\n"
  }
}
