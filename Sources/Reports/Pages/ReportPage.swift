import Documents
import Foundation

/// Several of the paper's tables on one page, each beside what was measured: what `aanet run quickstart` leaves.
package struct ReportPage: Sendable {
  /// Its title.
  package var title: String
  /// The tables, in order.
  package var reports: [any TableReport]
  /// The command that recomputes all runs.
  package var command: String

  /// The page to open.
  package static let page = "index.html"

  /// Gathers a page.
  package init(title: String, reports: [any TableReport], command: String) {
    self.title = title
    self.reports = reports
    self.command = command
  }

  /// Whether any run is finished; without one there is nothing to report.
  package var hasMeasurements: Bool { reports.contains { $0.source.hasMeasurements } }

  /// What the data is: the first thing that a reader has to know.
  package func dataStatement() -> String {
    let measured = reports.map(\.source).filter(\.hasMeasurements)
    let drawn = Self.unique(measured.filter(\.isSynthetic).map(\.dataset))
    let real = Self.unique(measured.filter { !$0.isSynthetic }.map(\.dataset))
    let published = Self.unique(reports.compactMap(\.published?.dataset))
    var sentences = measured.isEmpty ? ["Nothing was measured yet."] : []
    if !drawn.isEmpty {
      let which = drawn.count == 1 ? "a synthetic twin" : "synthetic twins"
      let scope = real.isEmpty ? "Every measured figure here comes from" : "Figures measured on"
      let verb = real.isEmpty ? ", \(which):" : " come from \(which):"
      sentences.append(
        "\(scope) \(Figures.list(drawn))\(verb) drawn pedestrians, not photographs of people. "
          + "\(drawn.count == 1 ? "Its" : "Their") levels say nothing of the accuracy on real benchmarks; what can be compared with the paper is which rows are better, and whether "
          + "by more than the seeds’ noise.")
    }
    if !real.isEmpty { sentences.append("Measured on photographs: \(Figures.list(real)).") }
    if !published.isEmpty {
      sentences.append("Columns headed “published” are the paper’s figures on \(Figures.list(published)).")
    }
    return sentences.joined(separator: " ")
  }

  static func unique(_ words: [String]) -> [String] {
    words.indices.filter { words.firstIndex(of: words[$0]) == $0 }.map { words[$0] }
  }

  /// The files' names, a table of the same name under another experiment told apart by a number.
  var fileNames: [String] {
    let names = reports.map(\.fileName)
    return names.indices.map { place in
      let before = names[..<place].count { $0 == names[place] }
      return before == 0 ? names[place] : "\(names[place])-\(before + 1)"
    }
  }

  /// The whole page. `drawings` are each report's charts, SVG by name.
  func document(drawings: [[String: String]]) -> Document {
    var blocks: [Document.Block] = [.notice(Typeset(dataStatement()))]
    for (place, report) in reports.enumerated() {
      let name = report.published?.label ?? report.title
      blocks.append(.heading(name == report.title ? name : report.title, name: fileNames[place]))
      blocks += report.introduction.map { .paragraph(Typeset($0)) }
      blocks.append(.table(report.resultsTable()))
      let findings = report.findings()
      if !findings.isEmpty { blocks.append(.list(findings)) }
      if let gains = report.gainsTable() { blocks.append(.table(gains)) }
      let figures = report.figures(drawings.indices.contains(place) ? drawings[place] : [:])
      if !figures.isEmpty { blocks.append(.figures(figures)) }
    }
    blocks += [.heading("How each number is computed", name: "methods"), .list(methods)]
    blocks.append(.heading("Networks and runs", name: "run-list"))
    if let networks = Table.networks(of: labelled) { blocks.append(.table(networks)) }
    blocks += [
      .paragraph(
        "Every measured figure above is computed from these runs. This command trains what is missing, trains nothing "
          + "twice, and makes this page again:"),
      .command(command), .table(Table.runs(of: labelled)),
    ]
    if let table = Table.provenance(of: trained.flatMap(\.source.finished)) { blocks.append(.table(table)) }
    blocks += [.heading("Files", name: "files"), .list(files(drawings))]
    return Document(title: title, subtitle: subtitle, blocks: blocks)
  }

  private var subtitle: Typeset {
    let experiments = reports.map { Typeset([.code($0.source.experiment)]) }
    return Typeset(experiments.count == 1 ? "Experiment " : "Experiments ") + Typeset.list(experiments)
  }

  /// What was trained, each variant called as in its own table.
  private var labelled: [(records: ExperimentRecords, label: (ReportVariant) -> Typeset)] {
    trained.map { report in (report.source, { report.rowLabel($0) }) }
  }

  /// The reports but for those that draw on runs of a report before them.
  private var trained: [any TableReport] {
    var seen: Set<URL> = []
    return reports.filter { report in
      let folders = report.source.variants.flatMap { $0.trials.compactMap { $0.record?.folder.standardizedFileURL } }
      let isNew = folders.isEmpty || folders.contains { !seen.contains($0) }
      seen.formUnion(folders)
      return isNew
    }
  }

  /// How the numbers of all tables are computed, each rule once.
  private var methods: [Typeset] {
    reports.flatMap { $0.methods() }.reduce(into: []) { items, item in
      if !items.contains(item) { items.append(item) }
    }
  }

  private func files(_ drawings: [[String: String]]) -> [Typeset] {
    var items: [Typeset] = [
      Typeset([.link("tables.md", file: "tables.md"), .text(", this page as Markdown")]),
      Typeset([.link("tables.tex", file: "tables.tex"), .text(", its tables for LaTeX (what to load is said in it)")]),
    ]
    items += zip(fileNames, reports).map { name, report in
      Typeset([.link("\(name).csv", file: "\(name).csv"), .text(", \(report.title)")])
    }
    let charts = drawings.flatMap { $0.keys.sorted() }
    if !charts.isEmpty {
      items.append(
        Typeset("The charts, as SVG and PNG: ")
          + Typeset.list(charts.map { Typeset([.link($0, file: "\($0).svg")]) }))
    }
    return items
  }
}
