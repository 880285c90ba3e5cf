import Configuration
import Documents
import Evidence
import Foundation
import Runs
import Support

/// One run: where its numbers come from, and the settings that it was made with.
struct RunCell: NotebookCell {
  static let kind = "run"
  private let run: CellRun

  init(_ source: CellSource, in notebook: NotebookContext) throws {
    run = try CellRun(try source.keys("of", "row", "seed"), in: notebook)
  }

  var name: String { "\(run.table.name)-run" }

  func inputs() throws -> [String] { [try run.table.digest(), "\(run.seed)", plan ?? ""] }

  /// The text of `plan.yaml`, where it is of a sane size.
  private var plan: String? {
    guard let file = run.record?.folder.appendingPathComponent(RunStore.File.plan.rawValue),
      let handle = try? FileHandle(forReadingFrom: file), let data = try? handle.read(upToCount: 1 << 16)
    else { return nil }
    return String(validating: data, as: UTF8.self)
  }

  func render(as name: String) throws -> [CellPart] {
    guard let record = run.record, let metrics = record.metrics else { return [run.gap] }
    var rows: [[Typeset]] = [
      ["Run", Typeset([.code(run.word)])], ["Hash", Typeset([.code(record.identity.hash)])],
      ["Folder", Typeset([.code(run.table.report.records.folderName(record))])],
      ["mAP (%)", Typeset(Numerals.number(100 * metrics.retrieval.mAP))],
      ["Rank-1 (%)", Typeset(Numerals.number(100 * metrics.retrieval.rank1))],
      ["Epochs", Typeset("\(record.epochs.count)")],
      [
        "Training",
        Typeset(
          "\(Numerals.number(metrics.secondsTraining, decimals: 0)) s at \(Numerals.number(metrics.imagesPerSecond, decimals: 0)) images/s"
        ),
      ],
      ["Parameters", Typeset("\(metrics.parameters)")],
      ["Memory at most", Typeset("\(Numerals.number(metrics.peakMemoryGiB)) GiB")],
    ]
    if let origin = record.provenance {
      rows += [
        [
          "Commit",
          Typeset(origin.commit.isEmpty ? "none" : origin.commit + (origin.hasLocalChanges ? ", changed" : "")),
        ],
        ["Compiler", Typeset(origin.compiler)],
        ["OpenBLAS, kernels", Typeset("\(origin.blas), \(origin.blasKernels)")],
        ["Threads", Typeset("\(origin.threads)")], ["Processor", Typeset(origin.cpu)],
        ["Data", Typeset([.code(origin.dataset)])], ["Started", Typeset(origin.started)],
      ]
      rows += (origin.resumed ?? []).map { station in
        let commit = station.commit.isEmpty ? "none" : String(station.commit.prefix(12))
        return [
          "Went on elsewhere",
          Typeset("\(station.started): commit \(commit), \(station.blasKernels) kernels, \(station.cpu)"),
        ]
      }
    }
    let table = Table(
      name: name,
      caption: Typeset("One run, \(run.row.name.onOneLine) under seed \(run.seed): where its numbers come from."),
      columns: [Table.Column("", .leading), Table.Column("", .leading)], sections: [Table.Section(rows: rows)])
    return [.table(table)] + (plan.map { [.block(.code($0, title: "plan.yaml"))] } ?? [])
  }
}

/// The one run that a cell names by `of`, `row` and, where there are several, `seed`.
struct CellRun: Sendable {
  let table: NotebookTable
  let row: Row
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
    table.gap(Typeset("Not finished: \(row.name.onOneLine), seed \(seed)."))
  }

  /// The run as a command takes it.
  var word: String { record.map { "\($0.identity.experiment)/\($0.identity.variant)/\(seed)" } ?? row.name }
}
