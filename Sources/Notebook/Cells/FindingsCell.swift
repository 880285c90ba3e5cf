import Documents
import Evidence

/// What a table's figures say in plain sentences, what its definition says of it, or how figures are computed.
struct FindingsCell: NotebookCell {
  enum Part: String, CaseIterable {
    case findings, introduction
    /// Of all tables where none is named.
    case methods
  }

  static let kind = "findings"
  private let tables: [NotebookTable]
  private let part: Part
  let name: String

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "part")
    part = try keys["part"]?.choice() ?? .findings
    tables = try part == .methods ? notebook.tables(keys) : [notebook.table(keys)]
    name = (keys["of"] == nil ? "" : "\(tables[0].name)-") + part.rawValue
  }

  func inputs() throws -> [String] { try tables.map { try $0.digest() } }

  func render(as name: String) throws -> [CellPart] {
    let reports = tables.map(\.report)
    switch part {
    case .methods: return [.list(reports.flatMap(\.methods).unique)]
    case .introduction:
      return reports.flatMap(\.basis.definition.introduction).map { .block(.paragraph(Typeset($0))) }
    case .findings: return tables.map(Self.findings)
    }
  }

  private static func findings(of table: NotebookTable) -> CellPart {
    let report = table.report
    guard report.records.hasMeasurements else {
      return table.gap(
        Typeset("No run of ") + Typeset([.code(report.records.experiment)])
          + " is finished, so there is nothing to say yet.")
    }
    guard !report.findings.isEmpty else {
      return table.gap(Typeset("Too few rows of \(table.name) are finished to be compared."))
    }
    return .list(report.findings)
  }
}
