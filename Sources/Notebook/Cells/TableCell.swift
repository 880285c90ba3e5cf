import Documents

/// A table of the paper with the measured figures in it, or what its rows gain.
struct TableCell: NotebookCell {
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
    let made: Table? =
      switch part {
      case .results: report.results
      case .gains: report.gains
      case .networks: Table.networks(of: [report.labelled])
      case .runs: Table.runs(of: [report.labelled])
      case .provenance: Table.provenance(of: report.records.finished)
      }
    guard var made else {
      return [
        table.gap(
          Typeset("Nothing to show of \(table.name), \(part.rawValue): too few rows, or no finished run."))
      ]
    }
    made.name = name
    return [part == .results ? .table(made, csv: report.csv) : .table(made)]
  }
}
