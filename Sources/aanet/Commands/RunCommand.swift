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

      Examples:
        aanet run quickstart/table3
        aanet run table3 --variant Lg --variant Lg+Lp
        aanet run quickstart/table3 train.epochs=5 'seeds=[1]'
        aanet run quickstart/table3 --data /big/disk
        aanet run my/experiment.yaml --threads 2 --format json
      """)

  @Argument(help: "The path under experiments/ without .yaml, its last part where that is unique, or a file.")
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
    let plan = try project.library.plan(experiment, overrides: overrides)
    let runner = try ExperimentRunner(
      plan, project: project.folder, places: data.places(in: project), store: project.store)
    Interruption.listen()
    let watcher = RunWatcher(plan)
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
    try report(results, of: plan)
  }

  /// This command, as it can be given again.
  private var commandLine: String {
    (["aanet", "run", experiment] + overrides + variants.flatMap { ["--variant", $0] } + data.words)
      .map(AblationReport.shellWord).joined(separator: " ")
  }

  private func report(_ results: [(trial: Trial, record: RunRecord)], of plan: ExperimentPlan) throws {
    guard let definition = try AblationReport.definition(for: plan.name, project: project) else {
      return try print(results)
    }
    let records = Dictionary(results.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    let report = try AblationReport(definition, plan: plan, overrides: overrides, project: project) { records[$0] }
    let files = try report.write(to: project.output(of: definition.name))
    switch format {
    case .table: Swift.print(report.terminalTable(width: Console.width))
    case .json: try Console.printJSON(report.summary())
    }
    if let page = files.first { Console.complain("\nopen \(page.path)") }
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
  private let plan: ExperimentPlan
  private var training: ProgressBar?
  private var evaluating: ProgressBar?
  private var found = 0
  private var warned = false

  init(_ plan: ExperimentPlan) { self.plan = plan }

  func see(_ event: ExperimentRunner.Event) {
    switch event {
    case .remark(let text): Console.complain("note: \(Wording.printable(text))")
    case .found: found += 1
    case .training(let trial, let epoch, let loss, let done, let total):
      if !warned { Console.warnOfNarrowKernels() }
      warned = true
      evaluating = nil
      let bar = training ?? ProgressBar(Wording.printable(plan.name), unit: "images")
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
