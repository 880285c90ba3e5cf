import Documents
import Evidence
import Runs

/// Rows of a table side by side, or the runs that `aanet compare` was called with: figures and differences, settings that
/// differ, queries that one gets right and the other wrong.
struct CompareCell: NotebookCell {
  /// What of a comparison is shown.
  enum Part: String, CaseIterable {
    case findings, metrics, deltas, settings, training, curves, queries, permutation, flips, runs
    /// What keeps the comparison from being whole, and how its figures are computed.
    case cautions, methods
  }

  /// What is compared.
  private enum Subject {
    case runs(RunComparison)
    case rows([Row], of: NotebookTable)
  }

  static let kind = "compare"
  /// The most rows that stand side by side on a page.
  static let largest = 12
  private let subject: Subject
  private let parts: [Part]
  private let store: RunStore?

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "rows", "show")
    parts = try keys["show"]?.items(count: 1...Part.allCases.count).map { try $0.choice() } ?? Part.allCases
    store = notebook.store
    if let comparison = notebook.comparison, keys["of"] == nil {
      subject = .runs(comparison)
      return
    }
    let table = try notebook.table(keys)
    let named = try keys.required("rows")
    let rows = try named.items(count: 2...Self.largest).map { item in
      let row = try table.row(item.string(maximum: 1000), at: item.location)
      guard row.variant != nil else { throw item.error("this row is the paper's alone; no run stands behind it") }
      return row
    }
    guard Set(rows.compactMap(\.variant?.name)).count == rows.count else {
      throw named.error("two of these rows are the same runs")
    }
    subject = .rows(rows, of: table)
  }

  var name: String {
    switch subject {
    case .runs: parts.first?.rawValue ?? Self.kind
    case .rows(_, let table): "\(table.name)-compare"
    }
  }

  func inputs() throws -> [String] {
    switch subject {
    case .runs(let comparison): try comparison.inputs()
    case .rows(let rows, let table):
      [try table.digest()] + (try comparison(of: rows, in: table).map { ["\($0.contrasts)"] } ?? [])
    }
  }

  /// The rows as they are on disk; nil where fewer than two have a run.
  private func comparison(of rows: [Row], in table: NotebookTable) throws -> RunComparison? {
    let groups = rows.compactMap { row -> ComparedGroup? in
      let runs = (row.variant?.trials ?? []).compactMap(\.record).map { record in
        guard let store else { return ComparedRun(record) }
        var run = ComparedRun(record.identity, in: store)
        run.readMeasurements(from: store)
        return run
      }
      return runs.isEmpty ? nil : ComparedGroup(kind: .variant, runs: runs)
    }
    guard groups.count > 1 else { return nil }
    let source = table.report.records
    return try RunComparison(
      names: rows.map(\.name), groups: groups,
      drawn: Dictionary(
        groups.compactMap { $0.dataset.map { ($0, source.isSynthetic) } }, uniquingKeysWith: { $0 && $1 }))
  }

  func render(as name: String) throws -> [CellPart] {
    switch subject {
    case .runs(let comparison): return parts.flatMap { $0.content(of: comparison) }
    case .rows(let rows, let table):
      guard rows.count(where: { $0.variant?.finished.isEmpty == false }) > 1,
        let comparison = try comparison(of: rows, in: table)
      else {
        return [table.gap("Fewer than two of these rows have a finished run, so there is nothing to compare.")]
      }
      // References lead to the cell's first table or picture, which bears its name alone.
      var isFirst = true
      return parts.flatMap { $0.content(of: comparison) }.map { part in
        part.renamed { own in
          defer { isFirst = false }
          return isFirst ? name : "\(name)-\(own)"
        }
      }
    }
  }
}

extension CompareCell.Part {
  /// What it shows; nothing where there is nothing to say.
  fileprivate func content(of comparison: RunComparison) -> [CellPart] {
    func sentence(_ text: String) -> CellPart { .list([Typeset(text)]) }
    switch self {
    case .findings: return [.list(comparison.findings())]
    case .metrics: return [.table(comparison.levelsTable())]
    case .deltas: return comparison.deltasTable().map { [.table($0)] } ?? []
    case .settings: return [comparison.settingsTable().map { .table($0) } ?? sentence(comparison.noSettings)]
    case .training: return [.table(comparison.trainingTable())]
    case .curves:
      return (comparison.curveSelection.map { [.block(.paragraph(Typeset($0)))] } ?? [])
        + comparison.drawings().map { .drawing($0) }
    case .queries: return [comparison.queriesTable().map { .table($0) } ?? sentence(comparison.noQueries)]
    case .permutation: return comparison.permutationTable().map { [.table($0)] } ?? []
    case .flips:
      guard comparison.queriesTable() != nil else { return [] }
      return [
        comparison.flipsTable().map { .table($0) }
          ?? sentence("No query is right more often in one of these rows than in the other.")
      ]
    case .runs: return [.table(comparison.runsTable())]
    case .cautions: return comparison.cautions().map { .block(.notice(Typeset($0))) }
    case .methods: return [.list(RunComparison.methods)]
    }
  }
}

extension CellPart {
  /// Its table or picture under another name.
  fileprivate func renamed(_ name: (String) -> String) -> CellPart {
    switch self {
    case .block(.table(var table, let csv)):
      table.name = name(table.name)
      return .table(table, csv: csv)
    case .drawing(var drawing):
      drawing.name = name(drawing.name)
      return .drawing(drawing)
    case .block: return self
    }
  }
}
