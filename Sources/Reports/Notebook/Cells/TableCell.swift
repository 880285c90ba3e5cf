import Configuration
import Documents

/// A table of the paper with the measured figures in it, or what its rows gain.
struct TableCell: NotebookCell {
  /// Which of a report's tables.
  enum Part: String, CaseIterable {
    case results, gains, networks, runs, provenance
  }

  static let kind = "table"
  private let table: NotebookTable
  private let part: Part

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "part")
    table = try notebook.table(keys)
    part = try keys["part"]?.choice() ?? .results
  }

  var name: String { part == .results ? table.name : "\(table.name)-\(part.rawValue)" }

  func inputs() throws -> [String] { [try table.digest()] }

  func render(as name: String) throws -> [CellPart] {
    let report = table.report
    let labelled = [(records: report.source, label: { (variant: ReportVariant) in report.rowLabel(variant) })]
    let made: Table? =
      switch part {
      case .results: report.resultsTable()
      case .gains: report.gainsTable()
      case .networks: Table.networks(of: labelled)
      case .runs: Table.runs(of: labelled)
      case .provenance: Table.provenance(of: report.source.finished)
      }
    guard var made else {
      return [
        .gap(
          Typeset("Nothing to show of \(table.name), \(part.rawValue): too few rows, or no finished run. To finish: ")
            + Typeset([.code(report.source.command)]) + ".")
      ]
    }
    made.name = name
    return [part == .results ? .table(made, csv: report.csv()) : .table(made)]
  }
}
