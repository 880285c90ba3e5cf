import Documents
import Evidence
import Runs

/// Rows of a table side by side, as `aanet compare` sets runs: figures and differences, settings that differ, queries that
/// one gets right and the other wrong.
struct CompareCell: NotebookCell {
  /// What of a comparison is shown.
  enum Part: String, CaseIterable {
    case findings, metrics, deltas, settings, training, queries, flips, runs
  }

  static let kind = "compare"
  /// The most rows that stand side by side on a page.
  static let largest = 12
  private let table: NotebookTable
  private let rows: [Row]
  private let parts: [Part]
  private let store: RunStore?

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    let keys = try source.keys("of", "rows", "show")
    let table = try notebook.table(keys)
    let named = try keys.required("rows")
    rows = try named.items(count: 2...Self.largest).map { item in
      let row = try table.row(item.string(maximum: 1000), at: item.location)
      guard row.variant != nil else { throw item.error("this row is the paper's alone; no run stands behind it") }
      return row
    }
    guard Set(rows.compactMap(\.variant?.name)).count == rows.count else {
      throw named.error("two of these rows are the same runs")
    }
    parts = try keys["show"]?.items(count: 1...Part.allCases.count).map { try $0.choice() } ?? Part.allCases
    (self.table, store) = (table, notebook.store)
  }

  var name: String { "\(table.name)-compare" }

  func inputs() throws -> [String] { [try table.digest()] + (try comparison().map { ["\($0.contrasts)"] } ?? []) }

  /// The rows as they are on disk; nil where fewer than two have a run.
  private func comparison() throws -> RunComparison? {
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
    guard rows.count(where: { $0.variant?.finished.isEmpty == false }) > 1, let comparison = try comparison() else {
      return [
        table.gap("Fewer than two of these rows have a finished run, so there is nothing to compare.")
      ]
    }
    // References lead to the cell's first table, which bears its name alone.
    var isFirst = true
    return parts.map { part in
      guard var table = part.table(of: comparison) else { return .list(part.sentences(of: comparison)) }
      table.name = isFirst ? name : "\(name)-\(part.rawValue)"
      isFirst = false
      return .table(table)
    }
  }
}

extension CompareCell.Part {
  /// Its table; nil where it is told in sentences, or has nothing to show.
  fileprivate func table(of comparison: RunComparison) -> Table? {
    switch self {
    case .findings: nil
    case .metrics: comparison.levelsTable()
    case .deltas: comparison.deltasTable()
    case .settings: comparison.settingsTable()
    case .training: comparison.trainingTable()
    case .queries: comparison.queriesTable()
    case .flips: comparison.flipsTable()
    case .runs: comparison.runsTable()
    }
  }

  /// What is said in a table's place.
  fileprivate func sentences(of comparison: RunComparison) -> [Typeset] {
    switch self {
    case .settings: [Typeset(comparison.noSettings)]
    case .queries: [Typeset(comparison.noQueries)]
    case .flips: ["No query is right more often in one of these rows than in the other."]
    case .findings, .metrics, .deltas, .training, .runs: comparison.findings()
    }
  }
}
