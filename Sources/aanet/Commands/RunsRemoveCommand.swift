import ArgumentParser
import Evidence
import Foundation
import Runs
import Support

/// `aanet runs remove`
struct RunsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Put runs into the trash, from which `aanet runs restore` gets them back.",
    discussion: """
      Nothing is asked and nothing is lost: runs/.trash/ keeps them until `aanet runs trash --empty`. Where a process is \
      at work on one of the runs, none is moved and the exit code is 2.

      Examples:
        aanet runs remove table3/Lg/1
        aanet runs remove 0123abcd
        aanet runs remove quickstart/table3 --variant Lg --variant Lg+Lp
        aanet runs remove quickstart --unfinished
      """)

  @Argument(help: ArgumentHelp("Runs, variants or experiments, as `aanet compare` takes them.", valueName: "name"))
  var names: [String]
  @Option(name: .customLong("variant"), help: "Only this variant of them; may be given several times.")
  var variants: [String] = []
  @Flag(help: "Only those that are not finished.") var unfinished = false
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    try project.requireRuns()
    let store = project.store
    var runs = try RunSelection.runs(named: names, in: store)
    let known = Set(runs.map(\.variant)).sorted()
    for wanted in variants where !known.contains(wanted) {
      throw PlainError(
        Wording.unknown("no run here is of a variant", naming: wanted, among: known))
    }
    if !variants.isEmpty { runs = runs.filter { variants.contains($0.variant) } }
    if unfinished { runs = runs.filter { !store.isFinished($0) } }
    guard !runs.isEmpty else {
      if format == .json { try Console.printJSON([Removal]()) } else { print("nothing to remove: all are finished") }
      return
    }
    let removal = try RunTrash(of: store).remove(runs, why: command)
    guard format == .table else { return try Console.printJSON([removal]) }
    for run in removal.runs { print("removed \(RemovalWords.name(run.identity))") }
    print(
      "\(Wording.count(removal.runs.count, "run")), \(RemovalWords.size(removal.bytes)), in the trash. "
        + "To get back: \(restoring(removal))")
  }

  /// The command that gets the runs back, from the same folder.
  private func restoring(_ removal: Removal) -> String {
    ShellCommand("aanet", "runs", "restore", arguments: [removal.name], options: project.words).text
  }

  /// This command, as it was given.
  private var command: String {
    ShellCommand(
      "aanet", "runs", "remove", arguments: names,
      options: variants.flatMap { ShellCommand.option("--variant", $0) } + (unfinished ? ["--unfinished"] : [])
    ).text
  }
}
