import Configuration
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
    if part == .methods { return [.list(report.methods())] }
    let command = Typeset([.code(report.source.command)])
    guard report.source.hasMeasurements else {
      return [
        .gap(
          Typeset("No run of ") + Typeset([.code(report.source.experiment)])
            + Typeset(" is finished, so there is nothing to say yet. To finish: ")
            + Typeset([.code(report.source.command)]) + ".")
      ]
    }
    let findings = report.findings()
    guard !findings.isEmpty else {
      return [.gap(Typeset("Too few rows of \(table.name) are finished to be compared. To finish: ") + command + ".")]
    }
    return [.list(findings)]
  }
}
