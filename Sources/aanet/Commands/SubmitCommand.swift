import ArgumentParser
import Cluster
import Experiments
import Foundation
import Runs
import Support
import Tensors

/// `aanet submit`: gives an experiment's unfinished runs to Slurm.
struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Give an experiment's unfinished runs to Slurm, a task of an array for each, and return at once.",
    discussion: """
      What is queued is frozen: the program, experiments/, reports/ and datasets.yaml are copied to runs/.submitted/, and \
      what is built or edited later does not reach it. 'aanet runs' says how everything stands, what is queued too; each \
      task's log lies in runs/.submitted/<sweep>/logs/.

      A task that reaches its time limit, or is preempted, saves its run, is put back into the queue and goes on from there. \
      What 'scancel' takes away stays away, saved. A run that fails fails alone. A second 'aanet submit' queues what is \
      neither finished nor queued nor being made. Runs that others start from or combine come first, in an array of their \
      own.

      --ranks N trains each run by N processes over MPI (see train.shards, and 'make mpi'), with the bits of one.

      --until-decided submits a round of seeds and, behind it, a job that judges by the records and submits the next \
      round, as 'aanet run --until-decided' would; the last one prints the tables into its log and draws the page.

      --dry-run prints every call of sbatch and every script, word by word, and submits nothing.

      Examples:
        aanet submit quickstart/table3 --dry-run
        aanet submit dukemtmc-reid/table3 --cpus 16 --time 8h
        aanet submit dukemtmc-reid/table3 train.shards=4 --ranks 4 --cpus 16 --time 8h --at-most 8
        aanet submit quickstart --cpus 2 --time 1h --partition short --report
        aanet submit study/table3 --until-decided --most-seeds 12 --cpus 4 --time 12h
        aanet submit quickstart/table3 --account vision --sbatch=--mem=8G --sbatch=--constraint=avx512
      """)

  @Argument(help: "The path under experiments/ without .yaml, its last part where that is unique, or a folder of them.")
  var experiment: String
  @Argument(help: "Changes by dotted path, such as train.epochs=5; they also win over what a variant sets.")
  var overrides: [String] = []
  @Option(name: .customLong("variant"), help: "Only this variant; may be given several times.")
  var variants: [String] = []
  @OptionGroup var cluster: ClusterOptions
  @OptionGroup var work: WorkOptions
  @Flag(help: "Add a job that draws the experiment's report when all have ended.") var report = false
  @Flag(help: "Print what would be submitted, word by word, and submit nothing.") var dryRun = false
  @OptionGroup var study: RunCommand.StudyOptions
  @Option(help: .hidden) var after: String?
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if study.hours != nil {
      throw ValidationError("--hours is for 'aanet run'; what a study may take is bounded by --most-seeds here")
    }
    if study.untilDecided, report || !variants.isEmpty {
      throw ValidationError(
        "--until-decided draws its report and chooses the variants itself: leave --report and --variant out")
    }
  }

  func run() throws {
    let plans = try project.library.plans(experiment, overrides: overrides)
    for plan in plans where !plan.file.path.hasPrefix(project.experiments.path + "/") {
      throw PlainError(
        "\(plan.file.path.onOneLine) is not under experiments/, of which a copy is queued; move it there and give its name"
      )
    }
    if let fault = BatchJob.fault(ofLogsUnder: SubmittedSweep.room(of: project.store).path) { throw PlainError(fault) }
    if !dryRun, !ClusterTool.isHere("sbatch") {
      throw PlainError(
        "there is no sbatch on this machine: give the command on a login node of a cluster with Slurm, or look at what "
          + "would be submitted with --dry-run")
    }
    let places = data.places(in: project)
    let runner = try ExperimentRunner(plans, in: project.project, places: places)
    try TwinMaker.makeMissing(runner.datasets, project: project, places: places)
    try TwinMaker.addMissingCues(to: runner.datasetsWithCues(for: variants), project: project, places: places)
    Interruption.listen()
    let watcher = RunWatcher(plans.count == 1 ? plans[0].name : experiment)
    defer { watcher.finish() }
    do {
      if study.untilDecided { try decide(plans, runner, watcher) } else { try submit(plans, runner, watcher) }
    } catch TrainingError.interrupted {
      watcher.finish()
      Console.complain("interrupted; nothing was submitted")
      throw ExitCode(130)
    }
  }

  /// Submits what an experiment lacks.
  private func submit(_ plans: [ExperimentPlan], _ runner: ExperimentRunner, _ watcher: RunWatcher) throws {
    if report {
      // What is wrong with the report is said before anything is queued.
      _ = try ProjectReports(project, overrides: overrides)
      for plan in plans { _ = try ProjectReports.shown(of: plan, project: project) }
    }
    let standing = try standing(runner, watcher)
    let name = Self.name(of: plans)
    try submit(
      standing.missing, finished: standing.finished.count,
      follower: report ? .init(name: "report") { frozen, _ in wordsOfReport(of: name, frozen: frozen) } : nil)
  }

  /// The name of some experiments wherever it is given: a person's may be a path from where they are.
  static func name(of plans: [ExperimentPlan]) -> String {
    let paths = plans.map { $0.name.split(separator: "/") }
    guard let first = paths.first, paths.count > 1 else { return plans.first?.name ?? "" }
    let shared = first.indices.prefix(while: { place in
      paths.allSatisfy { place < $0.count - 1 && $0[place] == first[place] }
    })
    return shared.map { String(first[$0]) }.joined(separator: "/")
  }

  /// What is finished and what is not.
  func standing(
    _ runner: ExperimentRunner, _ watcher: RunWatcher
  ) throws -> (finished: [(trial: Trial, record: RunRecord)], missing: [MissingRun]) {
    try runner.missing(
      variants: variants.isEmpty ? nil : variants, processes: cluster.ranks, acceptsDamage: work.acceptDamaged,
      threads: Engine.availableThreads, isInterrupted: { Interruption.isAsked },
      report: { event in
        if case .found = event { return }
        watcher.see(event)
      })
  }

  /// Submits runs, but for those that are queued or at work, and says so.
  func submit(_ missing: [MissingRun], finished: Int, follower: SweepSubmission.Follower?) throws {
    let outcome = try SweepSubmission(
      project: project, cluster: cluster, experiment: experiment, overrides: overrides, command: commandLine,
      words: wordsOfTasks, ended: after, isDryRun: dryRun
    ).submit(missing, finished: finished, follower: follower)
    switch format {
    case .table: if !outcome.text.isEmpty { print(outcome.text) }
    case .json: try Console.printJSON(outcome)
    }
  }

  // MARK: Words

  /// This command, as it can be given again.
  var commandLine: String { command(study.words + (report ? ["--report"] : [])).text }

  private func command(_ options: [String]) -> ShellCommand {
    ShellCommand(
      "aanet", "submit", arguments: [experiment] + overrides,
      options: variants.flatMap { ShellCommand.option("--variant", $0) } + cluster.words + work.words + options
        + data.words + project.words)
  }

  /// Where everything is, for a command that is given elsewhere: whole paths.
  private func places(frozen: FrozenFiles) -> [String] {
    (data.path.map { ShellCommand.option("--data", URL(fileURLWithPath: $0).standardizedFileURL.path) } ?? [])
      + projectPlaces(frozen: frozen)
  }

  private func projectPlaces(frozen: FrozenFiles) -> [String] {
    ["--project", project.folder.path, "--runs", project.runs.path, "--frozen", frozen.definitions.path]
  }

  /// The words that all tasks have behind `aanet run`.
  private func wordsOfTasks(frozen: FrozenFiles) -> [String] {
    ["--threads", "\(work.threads ?? cluster.cpus)", "--at-once", "1", "--no-report"] + work.wordsWithoutThreads
      + places(frozen: frozen)
  }

  /// The words behind `aanet` of the job that draws the report.
  private func wordsOfReport(of name: String, frozen: FrozenFiles) -> [String] {
    ShellCommand(
      "report", arguments: [name] + overrides,
      options: projectPlaces(frozen: frozen)
    ).words
  }

  /// The words behind `aanet` of the job that judges after a round.
  func wordsOfJudge(of name: String, frozen: FrozenFiles, after sweep: String) -> [String] {
    ShellCommand(
      "submit", arguments: [name] + overrides,
      options: cluster.words + work.words + study.words + places(frozen: frozen) + ["--after", sweep]
    ).words
  }
}
