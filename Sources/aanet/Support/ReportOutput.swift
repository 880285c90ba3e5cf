import Documents
import Evidence
import Foundation
import Notebook

/// Writes reports and prints them: what `aanet run` and `aanet report` end with.
struct ReportOutput {
  let reports: [Report]
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

  /// Writes the page and what belongs to it; the page is the first file.
  func write() throws -> [URL] {
    try NotebookReport.tables(of: reports, title: title, command: command, program: NotebookOutput.program)
      .write(to: folder, marksCSV: marksCSV).files
  }

  /// Writes the page, prints the tables, and says what to open.
  func show(_ format: OutputFormat) throws {
    let files = try write()
    switch format {
    case .table: print(reports.map { $0.terminalTable(width: Console.width) }.joined(separator: "\n\n\n"))
    case .json:
      if let only = reports.first, reports.count == 1 {
        try Console.printJSON(only.summary)
      } else {
        try Console.printJSON(reports.map(\.summary))
      }
    }
    if let page = files.first { Console.complain("\nopen \(page.path)") }
  }
}
