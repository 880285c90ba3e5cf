import Documents
import Evidence
import Foundation
import Runs

/// Every setting with its origin, and what another value of it did where runs differ in it alone.
struct DeviationsCell: NotebookCell {
  static let kind = "deviations"
  private let report: DeviationReport
  /// The datasets of the notebook's tables.
  private let measuredOn: [String]

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    _ = try source.keys()
    report = try notebook.deviations()
    measuredOn = notebook.tables.map(\.report.records).filter(\.hasMeasurements).flatMap(\.datasets)
  }

  var name: String { "deviations" }

  func inputs() throws -> [String] { [try RunJSON.text(of: report)] + measuredOn }

  func render(as name: String) throws -> [CellPart] {
    var made = report.table()
    made.name = name
    return [.list(report.findings.map { Typeset($0) }), .table(made)]
      + (report.choices("\(name)-chosen", measuredOn: measuredOn).map { [.table($0)] } ?? [])
  }
}
