import Configuration
import Documents
import Runs
import Support

/// The one run that a cell names by `of`, `row` and, where there are several, `seed`.
struct CellRun: Sendable {
  let table: NotebookTable
  let row: ReportRow
  /// The seed asked for, else the first finished, else the first planned.
  let seed: Int

  init(_ keys: KnownKeys, in notebook: NotebookContext) throws {
    table = try notebook.table(keys)
    let named = try keys.required("row")
    row = try table.row(named.string(maximum: 1000), at: named.location)
    guard let variant = row.variant else { throw named.error("this row is the paper's alone; no run stands behind it") }
    let seeds = variant.trials.map(\.seed)
    if let setting = keys["seed"] {
      seed = try setting.int()
      guard seeds.contains(seed) else {
        throw setting.error("the plan has no seed \(seed); known: \(Wording.list(seeds.map(String.init)))")
      }
    } else {
      seed = (variant.trials.first { $0.scores != nil } ?? variant.trials.first)?.seed ?? 1
    }
  }

  /// Its record, once it is finished.
  var record: RunRecord? { row.variant?.trials.first { $0.seed == seed && $0.scores != nil }?.record }

  /// Says that it is not finished.
  var gap: CellPart {
    .gap(
      Typeset("Not finished: \(row.name.onOneLine), seed \(seed). To finish: ")
        + Typeset([.code(table.report.source.command)]) + ".")
  }

  /// The run as a command takes it.
  var word: String { record.map { "\($0.identity.experiment)/\($0.identity.variant)/\(seed)" } ?? row.name }
}
