import Foundation
import Runs

/// The paper's claims, each judged by the notebook's own tables: reproduced, within noise, missed, opposite, not attempted.
struct ClaimsCell: NotebookCell {
  static let kind = "claims"
  private let report: ClaimsReport
  /// The one table whose claims are meant; nil for all.
  private let table: NotebookTable?

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of")
    table = try keys["of"] == nil ? nil : notebook.table(keys)
    var ledger = try notebook.claims()
    if let published = table?.report.published { ledger.claims.removeAll { $0.table != published.name } }
    report = ClaimsReport(ledger, reports: table.map { [$0.report] } ?? notebook.tables.map(\.report))
  }

  var name: String { table.map { "\($0.name)-claims" } ?? "claims" }

  func inputs() throws -> [String] { [try NotebookTable.text(of: report)] }

  func render(as name: String) throws -> [CellPart] {
    guard !report.judgements.isEmpty else {
      return [.gap(Typeset("The ledger has no claim on \(table?.name ?? "these tables")."))]
    }
    var made = report.table()
    made.name = name
    return [.list(report.findings.map { Typeset($0) }), .table(made)]
  }
}
