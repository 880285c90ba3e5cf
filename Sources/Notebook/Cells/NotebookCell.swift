import Charts
import Configuration
import Documents
import Evidence
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

/// What a cell shows: a block, or a chart that is still to be drawn into one.
package enum CellPart: Sendable {
  case block(Block)
  case drawing(Drawing)

  static func table(_ table: Table, csv: String? = nil) -> CellPart { .block(.table(table, csv: csv ?? table.csv())) }
  static func list(_ items: [Typeset]) -> CellPart { .block(.list(items)) }
  static func gap(_ text: Typeset) -> CellPart { .block(.gap(text)) }
}

/// What cells draw from.
package struct NotebookContext: Sendable {
  /// The tables, in the notebook's order.
  package var tables: [NotebookTable]
  /// What cells compare that name no rows: the runs that the whole notebook is about; nil where it is about tables.
  package var comparison: RunComparison?
  /// Where the runs lie, for the cells that read more than the tables hold; nil reads nothing more.
  package var store: RunStore?
  /// Reads the ledger of the paper's claims, for the cells that judge them.
  package var claims: @Sendable () throws -> ClaimsLedger
  /// Reads the register of settings and what varying them cost, for the cells that show it.
  package var deviations: @Sendable () throws -> DeviationReport
  /// Looks up the method that an experiment and one of its variants compose, as a cell names them.
  package var method: @Sendable (_ experiment: Setting, _ variant: Setting) throws -> MethodPage

  /// Gathers what there is; a cell that asks for what there is not is told so.
  package init(
    tables: [NotebookTable] = [], comparison: RunComparison? = nil, store: RunStore? = nil,
    claims: @escaping @Sendable () throws -> ClaimsLedger = { throw PlainError("there is no ledger of claims here") },
    deviations: @escaping @Sendable () throws -> DeviationReport = {
      throw PlainError("there is no register of settings here")
    },
    method: @escaping @Sendable (Setting, Setting) throws -> MethodPage = { experiment, _ in
      throw experiment.error("there are no experiments here")
    }
  ) {
    (self.tables, self.comparison, self.store) = (tables, comparison, store)
    (self.claims, self.deviations, self.method) = (claims, deviations, method)
  }

  /// The runs that its figures lead back to; of a comparison those that are sound, for others cannot be recomputed.
  var records: [RunRecord] {
    tables.flatMap(\.report.records.finished)
      + (comparison?.groups ?? []).flatMap(\.finished).filter(\.damage.isEmpty).map(\.record)
  }

  /// The table that a cell names under `of`, all where it names none.
  func tables(_ keys: KnownKeys) throws -> [NotebookTable] { try keys["of"] == nil ? tables : [table(keys)] }

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

package enum NotebookCells {
  package static let kinds: [any NotebookCell.Type] = [
    TableCell.self, ChartCell.self, FigureCell.self, RunCell.self, FindingsCell.self, ClaimsCell.self,
    DeviationsCell.self, CompareCell.self, MethodCell.self,
  ]
  static let words = kinds.map { $0.kind }
}

extension NotebookSource {
  /// Reads a notebook's file.
  ///
  /// - Throws: a `ConfigurationError` that names file, line and column, a `PlainError` where the file cannot be read.
  package init(contentsOf file: URL) throws { try self.init(contentsOf: file, kinds: NotebookCells.words) }

  package init(text: String, name: String) throws { try self.init(text: text, name: name, kinds: NotebookCells.words) }
}

extension NotebookTable {
  /// What is missing of the table's runs, and the command that makes them.
  func gap(_ words: Typeset) -> CellPart {
    .gap(words + Typeset(" To finish: ") + Typeset([.code(report.records.command)]) + ".")
  }
}
