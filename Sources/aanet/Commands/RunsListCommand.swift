import ArgumentParser
import Cluster
import Foundation
import Support

/// `aanet runs list`, which is `aanet runs`.
struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the runs on disk: how they stand and what they measured.",
    discussion: """
      finished: trained and measured. running: a process is at work on it; its last heartbeat is shown. interrupted: \
      nobody is; `aanet run` goes on with it. failed: it ended by a fault, which is shown. queued: `aanet submit` gave \
      it to Slurm, where it waits for its turn. A finished run whose record \
      somebody changed is marked; unsealed ones are from before records were sealed.

      Examples:
        aanet runs
        aanet runs quickstart/table3
        aanet runs quickstart/table3 --format json
      """)

  @Argument(help: "Only runs of this experiment: its name, or the last part of it.")
  var experiment: String?
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    try project.requireRuns()
    let (records, damage) = project.store.survey()
    let submitted = SubmittedRuns(of: project.store)
    for note in submitted.notes { Console.complain("note: \(note)") }
    let wanted = submitted.completing(records, in: project.store).filter { record in
      guard let experiment else { return true }
      return record.identity.experiment == experiment || record.identity.experiment.hasSuffix("/" + experiment)
    }
    let listed = wanted.map {
      ListedRun($0, project.store.standing(of: $0.identity), submitted.places[$0.identity])
    }
    if format == .json {
      try Console.printJSON(listed)
    } else {
      print(listed.isEmpty ? nothing : table(listed))
    }
    for fault in damage { Console.complain("error: \(fault)") }
    if !damage.isEmpty { throw ExitCode(2) }
  }

  /// That there is nothing to list, and which experiment may have been meant.
  private var nothing: String {
    let names = Set(project.store.identities().map(\.experiment)).sorted()
    guard let experiment, !names.contains(experiment) else {
      return "there are no runs \(names.isEmpty ? "" : "that can be read ")under \(project.runs.path)"
    }
    let what = "there are no runs of \(Wording.quoted(experiment)) under \(project.runs.path)"
    return names.isEmpty ? what : Wording.unknown(what, experiment, among: names)
  }

  private func table(_ runs: [ListedRun]) -> String {
    func percent(_ share: Double?) -> String { share.map { String(format: "%.2f", 100 * $0) } ?? "" }
    var table = TextTable(
      ["experiment", "variant", "seed", "hash", "epochs", "status", "mAP %", "Rank-1 %", "note"], right: [2, 4, 6, 7])
    for run in runs {
      let identity = run.record.identity
      table.add([
        identity.experiment, identity.variant, "\(identity.seed)", identity.hash, "\(run.record.epochs.count)",
        run.state, percent(run.record.metrics?.retrieval.mAP),
        percent(run.record.metrics?.retrieval.rank1), run.note,
      ])
    }
    return table.text
  }
}
