import Configuration
import Documents
import Foundation
import Runs

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
      ["Folder", Typeset([.code(run.table.report.source.folderName(record))])],
      ["mAP (%)", Typeset(Figures.number(100 * metrics.retrieval.mAP))],
      ["Rank-1 (%)", Typeset(Figures.number(100 * metrics.retrieval.rank1))],
      ["Epochs", Typeset("\(record.epochs.count)")],
      [
        "Training",
        Typeset(
          "\(Figures.number(metrics.secondsTraining, decimals: 0)) s at \(Figures.number(metrics.imagesPerSecond, decimals: 0)) images/s"
        ),
      ],
      ["Parameters", Typeset("\(metrics.parameters)")],
      ["Memory at most", Typeset("\(Figures.number(metrics.peakMemoryGiB)) GiB")],
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
    return [.table(table)] + (plan.map { [.code($0)] } ?? [])
  }
}
