import Foundation
import Reports

/// Writes reports and prints them: what `aanet run` and `aanet report` end with.
struct ReportOutput {
  let reports: [any TableReport]
  /// The title of a page of several tables.
  let title: String
  /// The command that recomputes all runs.
  let command: String
  /// Where the page goes.
  let folder: URL
  /// Whether CSV files begin with a byte order mark.
  var marksCSV = false

  /// The title of a page of several experiments.
  static func title(of experiments: String) -> String { "The paper’s tables beside measured figures: \(experiments)" }

  /// Writes the page and what belongs to it; the page is the first file. One ablation has a page of its own kind.
  func write() throws -> [URL] {
    if let ablation = reports.first as? AblationReport, reports.count == 1 {
      return try ablation.write(to: folder, marksCSV: marksCSV)
    }
    let title = reports.count == 1 ? reports[0].title : title
    return try ReportPage(title: title, reports: reports, command: command).write(to: folder, marksCSV: marksCSV)
  }

  /// Writes the page, prints the tables, and says what to open.
  func show(_ format: OutputFormat) throws {
    let files = try write()
    switch format {
    case .table: print(reports.map { $0.terminalTable(width: Console.width) }.joined(separator: "\n\n\n"))
    case .json:
      let summaries = reports.map(Summary.init)
      if let only = summaries.first, summaries.count == 1 {
        try Console.printJSON(only)
      } else {
        try Console.printJSON(summaries)
      }
    }
    if let page = files.first { Console.complain("\nopen \(page.path)") }
  }

  /// A report's numbers, whichever kind it is.
  private struct Summary: Encodable {
    let report: any TableReport

    func encode(to encoder: any Encoder) throws { try report.summary().encode(to: encoder) }
  }
}
