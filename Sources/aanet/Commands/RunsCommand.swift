import ArgumentParser
import Foundation
import Runs

/// `aanet runs`
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs on disk: how far they are and what they measured.",
    discussion: """
      Examples:
        aanet runs
        aanet runs quickstart/table3
        aanet runs quickstart/table3 --format json
      """)

  @Argument(help: "Only runs of this experiment: its name, or the last part of it.")
  var experiment: String?
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  private struct Row: Encodable {
    let experiment: String
    let variant: String
    let seed: Int
    let hash: String
    let epochs: Int
    let status: RunRecord.Status
    let metrics: RunMetrics?
    let folder: String
  }

  func run() throws {
    let (records, damage) = project.store.survey()
    let wanted = records.filter { record in
      guard let experiment else { return true }
      return record.identity.experiment == experiment || record.identity.experiment.hasSuffix("/" + experiment)
    }
    if format == .json {
      try Console.printJSON(
        wanted.map {
          Row(
            experiment: $0.identity.experiment, variant: $0.identity.variant, seed: $0.identity.seed,
            hash: $0.identity.hash, epochs: $0.epochs.count, status: $0.status, metrics: $0.metrics,
            folder: $0.folder.path)
        })
    } else {
      print(
        wanted.isEmpty
          ? "there are no runs\(experiment.map { " of \($0)" } ?? "") under \(project.runs.path)" : table(wanted))
    }
    for fault in damage { Console.complain("error: \(fault)") }
    if !damage.isEmpty { throw ExitCode(2) }
  }

  private func table(_ records: [RunRecord]) -> String {
    func percent(_ share: Double?) -> String { share.map { String(format: "%.2f", 100 * $0) } ?? "" }
    var table = TextTable(
      ["experiment", "variant", "seed", "hash", "epochs", "status", "mAP %", "Rank-1 %"], right: [2, 4, 6, 7])
    for record in records {
      table.add([
        record.identity.experiment, record.identity.variant, "\(record.identity.seed)", record.identity.hash,
        "\(record.epochs.count)", record.status.rawValue, percent(record.metrics?.retrieval.mAP),
        percent(record.metrics?.retrieval.rank1),
      ])
    }
    return table.text
  }
}
