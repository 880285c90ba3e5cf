import Charts
import Documents
import Evidence
import Foundation

/// The page of one ablation: results, gains, charts, and where each number comes from.
struct AblationPage {
  let report: Report

  /// Every chart that it can have, as files.
  static let charts = Drawing.files(of: ["map", "rank1", "gain-map", "gain-rank1", "losses", "sigma"])

  /// Whether a file of that name may be replaced.
  static func isKnown(_ name: String) -> Bool {
    ([Page.file, "table3.md", "table3.csv", "table3.tex"] + charts).contains(name)
  }

  func files(marksCSV: Bool) -> PageFiles {
    PageFiles(drawings: report.drawings, records: report.records.finished, document: document) { document in
      [
        ("table3.md", document.markdown()), ("table3.csv", CSV.file(report.csv, hasMark: marksCSV)),
        (
          "table3.tex",
          Table.latex(
            [report.results] + (report.gains.map { [$0] } ?? []), title: report.title, statement: report.dataStatement,
            command: report.records.command)
        ),
      ]
    }
  }

  private func document(_ figures: [Figure]) -> Document {
    var blocks: [Block] = [.notice(Typeset(report.dataStatement))]
    blocks += report.basis.definition.introduction.map { .paragraph(Typeset($0)) }
    blocks += [.heading("Results", name: "results"), .table(report.results)]
    blocks += [.heading("What the rows gain", name: "gains"), .list(report.findings)]
    if let gains = report.gains { blocks.append(.table(gains)) }
    if report.rows.count > Report.largestChart {
      blocks.append(
        .paragraph(Typeset("Charts are drawn of at most \(Report.largestChart) rows; here the tables say it all.")))
    }
    for (title, name, isWide) in [("Charts", "charts", false), ("Training", "training", true)] {
      let shown = figures.filter { $0.isWide == isWide }
      if !shown.isEmpty { blocks += [.heading(title, name: name)] + shown.map { .figure($0) } }
    }
    blocks += [.heading("How each number is computed", name: "methods"), .list(report.methods)]
    blocks.append(.heading("Runs", name: "run-list"))
    blocks += ReportPage.runs([report.labelled], command: report.records.command, what: "report")
    blocks += [.heading("Files", name: "files"), .list(list(of: figures))]
    return Document(
      title: report.title,
      subtitle: Typeset("Experiment ") + Typeset([.code(report.records.experiment)])
        + Typeset(", measured on \(report.records.measuredOn)"), blocks: blocks)
  }

  private func list(of figures: [Figure]) -> [Typeset] {
    let items: [Typeset] = [
      Typeset([.link("table3.md", file: "table3.md"), .text(", this report as Markdown")]),
      Typeset([.link("table3.csv", file: "table3.csv"), .text(", Table 3 and the gains as comma-separated values")]),
      Typeset([.link("table3.tex", file: "table3.tex"), .text(", both tables for LaTeX (what to load is said in it)")]),
    ]
    guard !figures.isEmpty else { return items }
    let links = figures.enumerated().reduce(Typeset("The charts, as SVG and PNG: ")) { text, figure in
      let name = figure.element.name
      return text + (figure.offset > 0 ? ", " : "") + Typeset([.link(name, file: "\(name).svg")]) + " ("
        + Typeset([.link("PNG", file: "\(name).png")]) + ")"
    }
    return items + [links]
  }
}
