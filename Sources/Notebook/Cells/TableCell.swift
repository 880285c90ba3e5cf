import Documents
import Evidence

/// A table of the paper with the measured figures in it, or what its rows gain; or what stands behind the figures of one
/// table or of all.
struct TableCell: NotebookCell {
  enum Part: String, CaseIterable {
    case results, gains, networks, runs, provenance

    /// Whether it is of one table, with that table's name; the others are of all tables where none is named.
    var isOfOne: Bool { self == .results || self == .gains }
  }

  static let kind = "table"
  private let tables: [NotebookTable]
  private let part: Part
  let name: String

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "part")
    part = try keys["part"]?.choice() ?? .results
    tables = try part.isOfOne ? [notebook.table(keys)] : notebook.tables(keys)
    let table = keys["of"] == nil ? nil : tables.first?.name
    name = [table, part == .results ? nil : part.rawValue].compactMap { $0 }.joined(separator: "-")
  }

  func inputs() throws -> [String] { try tables.map { try $0.digest() } }

  func render(as name: String) throws -> [CellPart] {
    let reports = tables.map(\.report)
    let made: Table? =
      switch part {
      case .results: reports.first?.results
      case .gains: reports.first?.gains
      case .networks: Table.networks(of: reports.labelled)
      case .runs: Table.runs(of: reports.labelled)
      case .provenance: Table.provenance(of: reports.flatMap(\.records.finished))
      }
    guard var made else {
      let what =
        "Nothing to show of \(Numerals.list(tables.map(\.name))), \(part.rawValue): too few rows, or no finished run."
      return [tables.first.map { $0.gap(Typeset(what)) } ?? .gap(Typeset(what))]
    }
    made.name = name
    return [.table(made, csv: part == .results ? reports.first?.csv : nil)]
  }
}
