import Charts
import Configuration
import Documents
import Foundation
import Runs
import Support

/// A kind of cell: what stands between its fences, and what is made of it.
///
/// A new kind is a type of these few members and a word in ``NotebookCells/kinds``.
package protocol NotebookCell: Sendable {
  /// The word after the fence.
  static var kind: String { get }
  /// Reads the settings and checks every name in them.
  ///
  /// - Throws: a `ConfigurationError` with the place.
  init(_ source: CellSource, in notebook: NotebookContext) throws
  /// What it is called where its author gives it no name.
  var name: String { get }
  /// What it draws from, as texts that change whenever that does; settings and program are added by the notebook.
  func inputs() throws -> [String]
  /// Makes its content. Tables and pictures are named by `name`, the first as it is, others with a hyphen and a word.
  func render(as name: String) throws -> [CellPart]
}

/// What a cell shows.
package enum CellPart: Codable, Sendable {
  /// A table, and its data as comma-separated values.
  case table(Table, csv: String)
  /// A picture.
  case picture(CellPicture)
  /// Sentences.
  case list([Typeset])
  /// Text as it is: a plan.
  case code(String)
  /// What is missing, and how to get it.
  case gap(Typeset)

  /// A table whose data are its cells.
  package static func table(_ table: Table) -> CellPart { .table(table, csv: table.csv()) }
}

/// A picture of a cell: a chart that is to be drawn or is drawn, or a finished one of a run.
package struct CellPicture: Codable, Sendable {
  /// The name of its files.
  package var name: String
  /// What it shows.
  package var caption: Typeset
  /// What someone who does not see it should know.
  package var alternative: String
  /// Whether it needs the full width.
  package var isWide = false
  /// The drawing as SVG; nil for a photograph.
  package var svg: String?
  /// The drawing as PNG; nil for a photograph.
  package var png: Data?
  /// A finished JPEG.
  package var jpeg: Data?
  /// What is to be drawn; never kept.
  var chart: (any Chart)?

  enum CodingKeys: String, CodingKey { case name, caption, alternative, isWide, svg, png, jpeg }
}

/// What cells draw from.
package struct NotebookContext: Sendable {
  /// The tables, in the notebook's order.
  package var tables: [NotebookTable]
  /// Where the runs lie, for the cells that read more than the tables hold; nil reads nothing more.
  package var store: RunStore?
  /// Reads the ledger of the paper's claims, for the cells that judge them.
  package var claims: @Sendable () throws -> ClaimsLedger
  /// Reads the register of settings and what varying them cost, for the cells that show it.
  package var deviations: @Sendable () throws -> DeviationReport

  /// Gathers what there is; a cell that asks for what there is not is told so.
  package init(
    tables: [NotebookTable], store: RunStore? = nil,
    claims: @escaping @Sendable () throws -> ClaimsLedger = { throw ReportError("there is no ledger of claims here") },
    deviations: @escaping @Sendable () throws -> DeviationReport = {
      throw ReportError("there is no register of settings here")
    }
  ) {
    self.tables = tables
    self.store = store
    self.claims = claims
    self.deviations = deviations
  }

  /// The table that a cell names under `of`.
  ///
  /// - Throws: a `ConfigurationError` with the nearest name.
  package func table(_ keys: KnownKeys) throws -> NotebookTable {
    let setting = try keys.required("of")
    let word = try setting.string(maximum: 100)
    guard let table = tables.first(where: { $0.name == word }) else {
      throw setting.error(
        Wording.unknown("there is no table \(Wording.quoted(word)) here", word, among: tables.map(\.name)))
    }
    return table
  }
}

/// The kinds of cells.
package enum NotebookCells {
  /// All of them.
  package static let kinds: [any NotebookCell.Type] = [
    TableCell.self, ChartCell.self, FigureCell.self, RunCell.self, FindingsCell.self, ClaimsCell.self,
    DeviationsCell.self, CompareCell.self,
  ]
}

extension Table {
  /// The cells as comma-separated values; a group's heading stands before those of its columns.
  package func csv() -> String {
    let hasSections = sections.contains { $0.title != nil }
    var csv = CSV(
      heads: (hasSections ? ["section"] : [])
        + columns.indices.map { index in
          group(of: index).map { "\($0.title.plain): \(columns[index].title.plain)" } ?? columns[index].title.plain
        })
    for section in sections {
      for row in section.rows {
        csv.append((hasSections ? [section.title?.plain ?? ""] : []) + row.map { $0 == Table.gap ? "" : $0.plain })
      }
    }
    return csv.text
  }
}
