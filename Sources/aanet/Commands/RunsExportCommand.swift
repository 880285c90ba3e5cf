import ArgumentParser
import Evidence
import Foundation
import Runs
import Support
import Viewers

/// `aanet runs export`
struct RunsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write runs for TensorBoard or MLflow to read, or their records to be published.",
    discussion: """
      Figures by epoch (losses by task, σ, learning rates, images/s), what a finished run was measured at, its settings, and the \
      pictures that `aanet figures` drew. It may be given again at any time, while runs go on, too: it adds what is new and \
      writes nothing twice.

      tensorboard: an event file for each run, in the folders that runs themselves have, with scalars, the pictures, and the \
      plan as a text. test/cmc has the share of queries found at each rank for its steps.

      mlflow: the folder is MLflow's file store: an experiment for each of ours, a run for each run under an identifier made of its \
      name and hash, parameters from its plan, metrics, tags (aanet.hash among them) and the record as artifacts. MLflow 3 reads such \
      a folder where MLFLOW_ALLOW_FILE_STORE=true is set.

      records: a folder of runs like runs/ itself, of the finished ones, without weights and descriptors: 40 to 100 kB a run, small \
      enough to be committed beside a report. `aanet report`, `claims`, `compare` and `runs verify` read it by --runs, and copied \
      into runs/ its runs count as finished. What asks for a network says that there is none.

      Examples:
        aanet runs export --to tensorboard board
        tensorboard --logdir board
        aanet runs export --to mlflow mlruns
        aanet runs export --to mlflow mlruns quickstart/table3
        MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri mlruns
        aanet runs export --to records published study
        aanet report paper --from study --runs published
      """)

  enum Tool: String, CaseIterable, ExpressibleByArgument { case tensorboard, mlflow, records }

  @Option(help: "tensorboard, mlflow or records.") var to: Tool
  @Argument(help: ArgumentHelp("The folder to write to.", valueName: "dir"), completion: .directory)
  var folder: String
  @Argument(
    help: ArgumentHelp(
      "Runs, variants or experiments, as `aanet compare` takes them; by default all.", valueName: "name"))
  var names: [String] = []
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  func run() throws {
    try project.requireRuns()
    let store = project.store
    let place = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
    guard place.path != store.root.path, !place.path.hasPrefix(store.root.path + "/") else {
      throw PlainError("\(folder.onOneLine) lies in the folder of the runs; take one outside of it")
    }
    let runs = try names.isEmpty ? store.identities() : RunSelection.runs(named: names, in: store)
    Interruption.listen()
    let write = try writer(to: place)
    var outcomes: [ExportOutcome] = []
    var damage: [FileError] = []
    let bar = ProgressBar("exporting", unit: "runs")
    for (done, run) in runs.enumerated() where !Interruption.isAsked {
      do throws(FileError) {
        if let exported = try ExportedRun(run, in: store) { outcomes.append(try write(exported)) }
      } catch {
        guard error.file.path.hasPrefix(store.root.path + "/") else { throw error }
        damage.append(error)
      }
      bar.update(done + 1, of: runs.count)
    }
    AtomicFile.settle()
    bar.finish()
    try say(outcomes, in: place)
    for fault in damage { Console.complain("error: \(fault)") }
    if Interruption.isAsked { throw ExitCode(130) }
    if !damage.isEmpty { throw ExitCode(2) }
  }

  private func writer(to place: URL) throws -> (ExportedRun) throws(FileError) -> ExportOutcome {
    let store = project.store
    switch to {
    case .tensorboard:
      let log = TensorBoardLog(place)
      return { exported throws(FileError) in try log.write(exported) }
    case .mlflow:
      var mlflow = try MLflowStore(place)
      return { exported throws(FileError) in try mlflow.write(exported, from: store) }
    case .records:
      let copy = RecordsCopy(place, by: "aanet runs export --to records")
      return { exported throws(FileError) in try copy.write(exported, from: store) }
    }
  }

  private func say(_ outcomes: [ExportOutcome], in place: URL) throws {
    if format == .json { return try Console.printJSON(outcomes) }
    var table = TextTable(["experiment", "variant", "seed", "hash", "new numbers", "new files"], right: [2, 4, 5])
    for outcome in outcomes where outcome.numbers + outcome.files > 0 {
      let run = outcome.run
      table.add([run.experiment, run.variant, "\(run.seed)", run.hash, "\(outcome.numbers)", "\(outcome.files)"])
    }
    let isNew = outcomes.contains { $0.numbers + $0.files > 0 }
    print(isNew ? table.text : "nothing is new of \(Wording.count(outcomes.count, "run"))")
    if !outcomes.isEmpty { Console.complain("\nlook: \(look(place))") }
  }

  /// The command that shows what was written.
  private func look(_ place: URL) -> String {
    switch to {
    case .tensorboard: ShellCommand("tensorboard", options: ShellCommand.option("--logdir", place.path)).text
    case .mlflow:
      "MLFLOW_ALLOW_FILE_STORE=true "
        + ShellCommand("mlflow", "ui", options: ShellCommand.option("--backend-store-uri", place.path)).text
    case .records: ShellCommand("aanet", "runs", options: ShellCommand.option("--runs", place.path)).text
    }
  }
}
