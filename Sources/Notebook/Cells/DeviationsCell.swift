import Documents
import Evidence
import Foundation
import Runs

/// Every setting with its origin, and what another value of it did where runs differ in it alone.
struct DeviationsCell: NotebookCell {
  static let kind = "deviations"
  private let report: DeviationReport

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    _ = try source.keys()
    report = try notebook.deviations()
  }

  var name: String { "deviations" }

  func inputs() throws -> [String] { [try RunJSON.text(of: report)] }

  func render(as name: String) throws -> [CellPart] {
    var made = report.table()
    made.name = name
    return [.list(report.findings.map { Typeset($0) }), .table(made)]
  }
}
