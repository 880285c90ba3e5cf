import Documents
import Evidence
import Foundation
import Runs

/// The paper's claims, each judged by the notebook's own tables: reproduced, within noise, missed, opposite, not attempted.
struct ClaimsCell: NotebookCell {
  enum Part: String, CaseIterable {
    /// What became of the orderings: a line each, then a paragraph; those not attempted are folded away.
    case answer
    /// Why orderings may have come out against the paper.
    case reasons
    /// In sentences: counts, and every contradiction.
    case findings
    /// The measured differences and their intervals, beside the paper's.
    case chart
    case table
    /// The orderings in a study that is looked at after every seed.
    case study
    /// How soon a study of them would be decided.
    case power
  }

  /// Which claims are shown one by one.
  enum Kind: String, CaseIterable {
    case ordering, level
  }

  static let kind = "claims"
  private let report: ClaimsReport
  /// The one table whose claims are meant; nil for all.
  private let table: NotebookTable?
  private let parts: [Part]
  private let shown: Kind?

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "show", "kind")
    table = try keys["of"] == nil ? nil : notebook.table(keys)
    parts = try keys["show"]?.items(count: 1...Part.allCases.count).map { try $0.choice() } ?? [.findings, .table]
    shown = try keys["kind"]?.choice()
    var ledger = try notebook.claims()
    if let published = table?.report.published { ledger.claims.removeAll { $0.table != published.name } }
    report = ClaimsReport(ledger, reports: table.map { [$0.report] } ?? notebook.tables.map(\.report))
  }

  var name: String { table.map { "\($0.name)-claims" } ?? "claims" }

  func inputs() throws -> [String] { [try RunJSON.text(of: report)] }

  func render(as name: String) throws -> [CellPart] {
    guard !report.judgements.isEmpty else {
      return [.gap(Typeset("The ledger has no claim on \(table?.name ?? "these tables")."))]
    }
    var listed = report
    if let shown { listed.judgements.removeAll { $0.kind != shown.rawValue } }
    return parts.flatMap { part -> [CellPart] in
      switch part {
      case .answer: return answer(listed, named: name)
      case .reasons: return reasons(listed)
      case .findings: return [.list(report.findings.map { Typeset($0) })]
      case .chart:
        // References lead to what bears the cell's name: the table, where there is one.
        return [
          listed.drawing(parts.contains(.table) ? "\(name)-chart" : name).map { .drawing($0) } ?? Self.nothingMeasured
        ]
      case .study:
        var made = listed.sequences()
        made.name = parts.count > 1 ? "\(name)-study" : name
        return [
          listed.studied.isEmpty
            ? .gap("No ordering that the paper claims has both of its rows here.") : .table(made)
        ]
      case .power:
        return [
          listed.power(parts.count > 1 ? "\(name)-power" : name).map { .drawing($0) }
            ?? .gap("How the seeds scatter is not known of any ordering yet: there is nothing to foretell.")
        ]
      case .table:
        var made = listed.table()
        made.name = name
        return [.table(made)]
      }
    }
  }

  private static let nothingMeasured = CellPart.gap(
    "No ordering that the paper claims was measured yet: there is nothing to draw.")

  private func answer(_ listed: ClaimsReport, named name: String) -> [CellPart] {
    let figure = listed.answer(parts.contains(.table) ? "\(name)-answer" : name)
    return [figure.map { .block(.figure($0)) } ?? Self.nothingMeasured]
      + (listed.summary.map { [.block(.paragraph($0))] } ?? [])
      + (listed.unmeasured("\(name)-unmeasured").map { [.table($0)] } ?? [])
  }

  private func reasons(_ listed: ClaimsReport) -> [CellPart] {
    let doubts = listed.doubts
    guard !doubts.isEmpty else {
      return [.block(.paragraph("No ordering that was measured came out against the paper."))]
    }
    return doubts.flatMap { [.block(.paragraph($0.heading)), .list($0.reasons)] }
  }
}
