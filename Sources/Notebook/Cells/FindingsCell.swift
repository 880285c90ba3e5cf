import Documents

/// What a table's figures say in plain sentences, or how they are computed.
struct FindingsCell: NotebookCell {
  enum Part: String, CaseIterable {
    case findings, methods
  }

  static let kind = "findings"
  private let table: NotebookTable
  private let part: Part

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "part")
    table = try notebook.table(keys)
    part = try keys["part"]?.choice() ?? .findings
  }

  var name: String { "\(table.name)-\(part.rawValue)" }

  func inputs() throws -> [String] { [try table.digest()] }

  func render(as name: String) throws -> [CellPart] {
    let report = table.report
    if part == .methods { return [.list(report.methods)] }
    guard report.records.hasMeasurements else {
      return [
        table.gap(
          Typeset("No run of ") + Typeset([.code(report.records.experiment)])
            + " is finished, so there is nothing to say yet.")
      ]
    }
    guard !report.findings.isEmpty else {
      return [table.gap(Typeset("Too few rows of \(table.name) are finished to be compared."))]
    }
    return [.list(report.findings)]
  }
}
