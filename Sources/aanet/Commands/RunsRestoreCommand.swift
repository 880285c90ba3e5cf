import ArgumentParser
import Documents
import Evidence
import Foundation
import Runs
import Support

/// `aanet runs restore`
struct RunsRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Get runs back from the trash.",
    discussion: """
      A name is that of a removal, as `aanet runs trash` lists them, for all its runs; or that of a run, a variant or an \
      experiment in the trash, of which the one that was removed last is taken. Without a name it is the last removal.

      Examples:
        aanet runs restore
        aanet runs restore 2026-11-22T19-45-00Z
        aanet runs restore table3/Lg/1
      """)

  @Argument(help: ArgumentHelp("Removals or runs; by default the last removal.", valueName: "name"))
  var names: [String] = []
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    try project.requireRuns()
    let trash = RunTrash(of: project.store)
    let removals = try trash.removals()
    guard let last = removals.first else { throw PlainError("the trash is empty: there is nothing to restore") }
    var restored: [RunIdentity] = []
    for name in names.isEmpty ? [last.name] : names {
      let (removal, runs) = try find(name, among: removals, in: trash)
      try trash.restore(runs, of: removal)
      restored += runs
    }
    guard format == .table else { return try Console.printJSON(restored) }
    for run in restored { print("restored \(RemovalWords.name(run))") }
  }

  /// The removal and the runs in it that a name stands for.
  private func find(
    _ name: String, among removals: [Removal], in trash: RunTrash
  ) throws -> (removal: String, runs: [RunIdentity]) {
    if let removal = removals.first(where: { $0.name == name }) { return (name, removal.runs.map(\.identity)) }
    for removal in removals {
      if let runs = try? RunSelection.runs(named: [name], in: trash.store(of: removal.name)) {
        return (removal.name, runs)
      }
    }
    let known = removals.map(\.name) + removals.flatMap { $0.runs.map { RunName.whole($0.identity) } }
    throw PlainError(Wording.unknown("there is no \(Wording.quoted(name)) in the trash", name, among: known))
  }

  private enum RunName {
    static func whole(_ run: RunIdentity) -> String { "\(run.experiment)/\(run.variant)/\(run.seed)" }
  }
}
