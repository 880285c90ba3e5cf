import ArgumentParser
import Evidence
import Foundation
import Runs
import Support

/// `aanet runs verify`
struct RunsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare every file of finished runs with the seal that was made when they were finished.",
    discussion: """
      Large files are read whole, unlike in `aanet runs`. A run from before records were sealed is unsealed, which is no \
      error. Exit code 1 where a file differs.

      Examples:
        aanet runs verify
        aanet runs verify quickstart/table3
        aanet runs verify table3/Lg/1 --format json
      """)

  @Argument(help: ArgumentHelp("Runs, variants or experiments, as `aanet compare` takes them.", valueName: "name"))
  var names: [String] = []
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  private struct Row: Encodable {
    let experiment: String
    let variant: String
    let seed: Int
    let hash: String
    let seal: String
    let changed: [SealChange]
  }

  func run() throws {
    try project.requireRuns()
    let store = project.store
    let runs = try names.isEmpty ? store.identities() : RunSelection.runs(named: names, in: store)
    let checked = runs.filter(store.isFinished).map { ($0, store.sealStatus(of: $0, .everything)) }
    if format == .json {
      try Console.printJSON(
        checked.map { run, seal in
          Row(
            experiment: run.experiment, variant: run.variant, seed: run.seed, hash: run.hash, seal: seal.word,
            changed: seal.changes)
        })
    } else {
      for (run, seal) in checked where !seal.changes.isEmpty { print(SealWarning.sentence(run, seal.changes)) }
      print(summary(checked.map(\.1)))
    }
    if checked.contains(where: { !$0.1.changes.isEmpty }) { throw ExitCode(1) }
  }

  /// `39 finished runs: 30 as they were sealed, 8 unsealed, 1 changed`
  private func summary(_ seals: [SealStatus]) -> String {
    let counts = [("intact", "as they were sealed"), ("unsealed", "unsealed"), ("changed", "changed")]
      .map { word, text in (seals.count { $0.word == word }, text) }
    let parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return Wording.count(seals.count, "finished run") + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }
}
