import ArgumentParser
import Configuration
import Experiments
import Foundation
import Reports
import Runs
import Tensors

/// `aanet run`: trains and evaluates what an experiment lacks.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train and evaluate an experiment's unfinished runs and print its table.",
    discussion: """
      An experiment is variants × seeds. What is finished is not trained again; what was interrupted goes on from its
      last checkpoint. Results lie in runs/<experiment>/<variant>/seed-<n>-<hash>/.

      A folder under experiments/ stands for all of its experiments. Synthetic twins that are missing are drawn first.

      Examples:
        aanet run quickstart
        aanet run quickstart/table3
        aanet run quickstart/table3 --variant Lg --variant Lg+Lp
        aanet run quickstart/table3 train.epochs=5 'seeds=[1]'
        aanet run quickstart/table3 --data /big/disk
        aanet run my/experiment.yaml --threads 2 --format json
      """)

  @Argument(
    help: "The path under experiments/ without .yaml, its last part where that is unique, a file, or a folder of them.")
  var experiment: String
  @Argument(help: "Changes by dotted path, such as train.epochs=5; they also win over what a variant sets.")
  var overrides: [String] = []
  @Option(name: .customLong("variant"), help: "Only this variant; may be given several times.")
  var variants: [String] = []
  @Option(help: "Worker threads; by default as many as there are cores. Results do not depend on it.")
  var threads: Int?
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  func run() throws {
    let plans = try project.library.plans(experiment, overrides: overrides)
    let definitions = try definitions(for: plans)
    let places = data.places(in: project)
    let runner = try ExperimentRunner(plans, project: project.folder, places: places, store: project.store)
    try TwinMaker.makeMissing(plans.flatMap(\.datasets), project: project, places: places)
    Interruption.listen()
    let watcher = RunWatcher(plans.count == 1 ? plans[0].name : experiment)
    let results: [(trial: Trial, record: RunRecord)]
    do {
      results = try runner.run(
        variants: variants.isEmpty ? nil : variants, threads: threads ?? Engine.availableThreads,
        isInterrupted: { Interruption.isAsked }, report: watcher.see)
    } catch TrainingError.interrupted {
      watcher.finish()
      Console.complain("interrupted; the run is saved. To go on: \(commandLine)")
      throw ExitCode(130)
    } catch {
      watcher.finish()
      throw error
    }
    watcher.finish()
    try report(results, of: plans, by: definitions)
  }

  /// This command, as it can be given again.
  private var commandLine: String {
    (["aanet", "run", experiment] + overrides + variants.flatMap { ["--variant", $0] } + data.words)
      .map(\.quotedForShell).joined(separator: " ")
  }

  /// The reports that are drawn of experiments, tried without records: what is wrong with them is said before training.
  private func definitions(for plans: [ExperimentPlan]) throws -> [(ExperimentPlan, ReportDefinition)] {
    let definitions = try plans.compactMap { plan in
      try ProjectReports.definition(for: plan, project: project).map { (plan, $0) }
    }
    if !definitions.isEmpty {
      let reports = try ProjectReports(project, overrides: overrides)
      for (plan, definition) in definitions { _ = try reports.report(definition, on: plan) { _ in nil } }
    }
    return definitions
  }

  /// Prints the tables of those experiments that a report draws from, and the runs of the others.
  private func report(
    _ results: [(trial: Trial, record: RunRecord)], of plans: [ExperimentPlan],
    by definitions: [(ExperimentPlan, ReportDefinition)]
  ) throws {
    guard let first = definitions.first else { return try print(results) }
    let records = Dictionary(results.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    let reports = try ProjectReports(project, overrides: overrides)
    if format == .table {
      let reported = try Set(definitions.flatMap { try $0.0.trials() })
      try print(results.filter { !reported.contains($0.trial) })
    }
    try ReportOutput(
      reports: definitions.map { plan, definition in try reports.report(definition, on: plan) { records[$0] } },
      title: ReportOutput.title(of: experiment), command: ProjectReports.command(experiment, overrides),
      folder: project.output(of: plans.count == 1 ? first.1.output(for: first.0.name) : experiment)
    ).show(format)
  }

  /// The results of an experiment that no report draws from, a line a run.
  private func print(_ results: [(trial: Trial, record: RunRecord)]) throws {
    struct Row: Encodable {
      let variant: String
      let seed: Int
      let folder: String
      let metrics: RunMetrics?
    }
    if format == .json {
      return try Console.printJSON(
        results.map {
          Row(variant: $0.trial.variant, seed: $0.trial.seed, folder: $0.record.folder.path, metrics: $0.record.metrics)
        })
    }
    for (trial, record) in results { Swift.print(RunWatcher.line(trial, record)) }
  }
}

/// Shows a person how an experiment gets on.
final class RunWatcher {
  private let name: String
  private var training: ProgressBar?
  private var evaluating: ProgressBar?
  private var found = 0
  private var warned = false

  /// Watches over what goes by a name: an experiment, or a folder of them.
  init(_ name: String) { self.name = name }

  func see(_ event: ExperimentRunner.Event) {
    switch event {
    case .remark(let text): Console.complain("note: \(Wording.printable(text))")
    case .found: found += 1
    case .training(let trial, let epoch, let loss, let done, let total):
      if !warned { Console.warnOfNarrowKernels() }
      warned = true
      evaluating = nil
      let bar = training ?? ProgressBar(Wording.printable(name), unit: "images")
      training = bar
      let place =
        "\(Wording.printable(trial.variant)), seed \(trial.seed), epoch \(epoch)/\(trial.settings.train.epochs)"
      bar.update(done, of: total, note: place + String(format: ", loss %.2f", loss))
    case .evaluating(_, let done, let total):
      let bar = evaluating ?? ProgressBar("descriptors", unit: "images")
      evaluating = bar
      bar.update(done, of: total)
    case .finished(let trial, let record):
      finish()
      Console.complain(Self.line(trial, record))
    }
  }

  func finish() {
    evaluating?.finish()
    training?.finish()
    evaluating = nil
    if found > 0 { Console.complain("\(found) \(found == 1 ? "run was" : "runs were") finished before") }
    found = 0
  }

  /// `Lg+Lp, seed 2: mAP 41.2 %, Rank-1 60.0 %, 24 s`
  static func line(_ trial: Trial, _ record: RunRecord) -> String {
    let name = "\(Wording.printable(trial.variant)), seed \(trial.seed): "
    guard let metrics = record.metrics else { return name + "unfinished" }
    return name
      + String(
        format: "mAP %.1f %%, Rank-1 %.1f %%, trained in %.0f s at %.0f images/s", metrics.retrieval.mAP * 100,
        metrics.retrieval.rank1 * 100, metrics.secondsTraining, metrics.imagesPerSecond)
  }
}
