import ArgumentParser
import Configuration
import Evidence
import Experiments
import Foundation
import Runs
import Support
import Tensors

/// `aanet run`: trains and evaluates what an experiment lacks.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train and evaluate an experiment's unfinished runs and print its table.",
    discussion: """
      An experiment is variants × seeds. What is finished is not trained again; what was interrupted goes on from its
      last checkpoint: of the last epoch's end, of Ctrl-C, or of the last minute. Results lie in runs/<experiment>/<variant>/seed-<n>-<hash>/.

      Several `aanet run` of the same experiment share out its runs: each leaves to the others what they are at work on
      and looks at it again at the end. A run whose loss stops being a finite number is recorded as failed, and the
      others go on. Where runs are left over, the table is printed without them, they are named, and the exit code is 3.

      Small networks gain little from a second thread. Where all runs are small and take more than a minute, several are \
      trained at the same time, each by a process of its own with its share of --threads; --at-once says how many. \
      Results do not depend on it.

      Ctrl-C, SIGTERM, a lost terminal (SIGHUP, unless under nohup) and a batch system's warning (SIGUSR1) save the run,
      print the command that goes on with it, and end with exit code 130; a second Ctrl-C or SIGTERM ends it at once.

      Before anything is trained, every image that is new or was changed is read. Images that cannot be read, that end
      early or are damaged within, and files that would spoil an evaluation, such as a query that also lies in the
      gallery, stop the command and are named; 'aanet data verify' lists them all.

      Before the first step it says how long all of it will take, from earlier runs of the same variants on this machine, \
      or else from a few steps that it measures.

      --plan says it before anything is trained, for each variant: runs, epochs, images/s of this machine, hours, and what \
      the runs will keep on the disk.

      --until-decided goes on until it is known: one seed more at a time (the smallest numbers that are not in the file), over \
      all rows that open claims of reports/claims.yaml need, until each ordering is reproduced, opposite, or shown to be \
      smaller than its tolerance (no such difference), or --hours or --most-seeds end it. It looks after every seed with an \
      always-valid t test, so that looking often costs no certainty: where there is no difference, at most one study of \
      twenty finds one. --correction holm holds that for all orderings of a table together; both figures are shown. What is \
      decided follows from the runs alone: interrupted, killed or shared by several machines, a study ends the same.

      A folder under experiments/ stands for all of its experiments. Synthetic twins that are missing are drawn first,
      and joints and labels are added to twins that lack them, where a run reads them.

      The value of a change is what stands behind its first '=', whole: blanks, quotes and '#' belong to it. One that
      starts with [ or { is a list or a mapping in YAML (a file of such a name is written ./[name]); none at all is an error.

      Examples:
        aanet run quickstart
        aanet run quickstart/table3
        aanet run quickstart/table3 --plan
        aanet run quickstart/table3 --until-decided --hours 8
        aanet run quickstart/table3 --until-decided --most-seeds 12 --correction holm
        aanet run quickstart/table3 --variant Lg --variant Lg+Lp
        aanet run quickstart/table3 train.epochs=5 'seeds=[1]'
        aanet run quickstart/table3 --at-once 2 --threads 8
        aanet run quickstart/table3 --data /big/disk --runs /big/disk/runs
        aanet run dukemtmc-reid/table1 --checkpoint-every 50
        aanet run quickstart/table3 backbone.weights=run:study/pretext/small/1
        aanet run quickstart/table3 keep=scores train.gauge=true
        aanet run market1501/table2 dataset.validation.identities=0.15
        aanet run quickstart/table3 dataset=my-campus --accept-damaged
        aanet run my/experiment.yaml --threads 2 --format json
      """)

  @Argument(
    help: "The path under experiments/ without .yaml, its last part where that is unique, a file, or a folder of them.")
  var experiment: String
  @Argument(help: "Changes by dotted path, such as train.epochs=5; they also win over what a variant sets.")
  var overrides: [String] = []
  @Option(name: .customLong("variant"), help: "Only this variant; may be given several times.")
  var variants: [String] = []
  @OptionGroup var work: WorkOptions
  @Flag(help: "Train nothing: print what it would take, in hours and on the disk.") var plan = false
  @OptionGroup var study: StudyOptions
  @Option(
    help: ArgumentHelp(
      "Runs that are trained at the same time, each with its share of the threads: 1 to 64, or auto.",
      valueName: "runs"))
  var atOnce = RunsAtOnce.auto
  @Flag(help: .hidden) var asCompany = false
  @Flag(help: "Print a line a run, and draw no report.") var noReport = false
  @Option(help: "What to print: table or json.") var format = OutputFormat.table
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  /// What may be spent on foretelling how long all of it takes.
  private static let secondsOfMeasuring = 8.0

  func validate() throws {
    guard study.untilDecided else { return }
    if case .number(let runs) = atOnce, runs > 1 {
      throw ValidationError("--until-decided goes seed by seed, one run at a time: leave --at-once out")
    }
    if plan {
      throw ValidationError("--plan trains nothing and --until-decided does: take one of them")
    }
    if noReport || !variants.isEmpty {
      throw ValidationError(
        "--until-decided draws reports and chooses the variants itself: leave --no-report and --variant out"
      )
    }
  }

  func run() throws {
    if asCompany { return try keepCompany() }
    let ranked = RankedWork(ranks: try Ranks.joined(ProcessInfo.processInfo.environment))
    guard ranked.ranks.isLeader else { return try ranked.follow { try follow(among: ranked.ranks) } }
    let (results, left, definitions) = try ranked.lead { try lead(among: ranked.ranks) } ?? ([], nil, nil)
    if !results.isEmpty { try report(results, by: definitions) }
    if let left { throw give(left) }
  }

  /// Trains runs beside the process that started this one, which tells of them.
  private func keepCompany() throws {
    Interruption.listen()
    Interruption.followInput()
    let plans = try project.library.plans(experiment, overrides: overrides)
    let runner = try ExperimentRunner(plans, in: project.project, places: data.places(in: project))
    do {
      _ = try train(runner, company: .joined, measuring: 0, isInterrupted: { Interruption.isAsked }) { _ in }
    } catch TrainingError.interrupted, TrainingError.unfinished {
      // Whoever started it goes on, and says so.
    }
  }

  /// Trains and evaluates with the leader of several ranks what it says.
  private func follow(among ranks: Ranks) throws {
    Interruption.listen()
    guard case .begin = try ranks.order() else { return }
    let plans = try project.library.plans(experiment, overrides: overrides)
    try ExperimentRunner(plans, in: project.project, places: data.places(in: project), among: ranks).follow(
      variants: variants.isEmpty ? nil : variants, threads: work.threads ?? ranks.threads,
      loaderThreads: work.loaderThreads, isInterrupted: { Interruption.isAsked })
  }

  /// Trains and evaluates.
  ///
  /// - Returns: what is finished, what is not, and the reports that are drawn of it; nil where all is said already.
  private func lead(
    among ranks: Ranks
  ) throws -> (results: [(trial: Trial, record: RunRecord)], left: UnfinishedRuns?, definitions: DrawnReports?)? {
    if ranks.count > 1, case .number(let runs) = atOnce, runs > 1 {
      throw PlainError(
        "--at-once \(runs) is for one process; the \(ranks.count) of a launcher train each run together")
    }
    if ranks.count > 1, plan || study.untilDecided {
      throw PlainError("--plan and --until-decided are for one process, not for \(ranks.count) of a launcher")
    }
    let plans = try project.library.plans(experiment, overrides: overrides)
    let definitions = noReport ? nil : try DrawnReports(of: plans, named: experiment, overrides: overrides, in: project)
    let places = data.places(in: project)
    let runner = try ExperimentRunner(plans, in: project.project, places: places, among: ranks)
    try TwinMaker.makeMissing(runner.datasets, project: project, places: places)
    try TwinMaker.addMissingCues(to: runner.datasetsWithCues(for: variants), project: project, places: places)
    Interruption.listen()
    let watcher = RunWatcher(plans.count == 1 ? plans[0].name : experiment)
    if plan {
      try printPlan(runner, watcher)
      return nil
    }
    if study.untilDecided {
      guard let definitions else {
        throw PlainError(
          "there is nothing to decide: \(experiment.onOneLine) names no published table ('table: table3')"
        )
      }
      try decide(definitions, runner, watcher)
      return nil
    }
    let others = company(ranks.count > 1 ? .number(1) : atOnce, of: runner)
    defer { others.dismiss() }
    var early = EarlyTables()
    var results: [(trial: Trial, record: RunRecord)]
    var left: UnfinishedRuns?
    try ranks.give(.begin)
    do {
      results = try train(runner, company: others.company, isInterrupted: { Interruption.isAsked }) { event in
        watcher.see(event)
        if case .round(let round) = event { early.show(round) { try output(of: $0, by: definitions) } }
      }
    } catch TrainingError.interrupted {
      watcher.finish()
      others.dismiss()
      Console.complain("interrupted; the run is saved. To go on: \(commandLine)")
      throw ExitCode(130)
    } catch TrainingError.unfinished(let unfinished) {
      (results, left) = (unfinished.finished, unfinished)
    } catch {
      watcher.finish()
      throw error
    }
    watcher.finish()
    return (results, left, definitions)
  }

  /// Runs what a runner lacks.
  func train(
    _ runner: ExperimentRunner, company: Company = .none, measuring: Double = Self.secondsOfMeasuring,
    isInterrupted: () -> Bool, report: (ExperimentRunner.Event) -> Void
  ) throws -> [(trial: Trial, record: RunRecord)] {
    try runner.run(
      variants: variants.isEmpty ? nil : variants, threads: work.threads ?? runner.threads,
      loaderThreads: work.loaderThreads, checkpoints: work.checkpoints,
      measuring: measuring,
      acceptsDamage: work.acceptDamaged, company: company, isInterrupted: isInterrupted, report: report)
  }

  /// Prints what all of it would take.
  private func printPlan(_ runner: ExperimentRunner, _ watcher: RunWatcher) throws {
    defer { watcher.finish() }
    let made: SweepPlan
    do {
      made = try runner.plan(
        variants: variants.isEmpty ? nil : variants,
        threads: work.threads ?? runner.threads,
        measuring: Self.secondsOfMeasuring, company: company(atOnce, of: runner).company,
        isInterrupted: { Interruption.isAsked },
        report: watcher.see)
    } catch TrainingError.interrupted {
      throw ExitCode(130)
    }
    watcher.finish()
    switch format {
    case .table: Swift.print(made.text)
    case .json: try Console.printJSON(made)
    }
  }

  /// Says what is left over, and gives the exit code for it.
  private func give(_ left: UnfinishedRuns) -> ExitCode {
    for line in left.lines { Console.complain("not finished: \(Wording.printable(line, limit: 2000))") }
    if !left.occupied.isEmpty { Console.complain("once the others are done: \(commandLine)") }
    return ExitCode(3)
  }

  /// The processes that would train beside this one.
  private func company(_ atOnce: RunsAtOnce, of runner: ExperimentRunner) -> RunCompany {
    RunCompany(atOnce, threads: work.threads ?? runner.threads, words: wordsOfCompany(threads:))
  }

  /// The words that start a process that trains beside this one, on so many threads.
  private func wordsOfCompany(threads: Int) -> [String] {
    let command = command(work.wordsWithoutThreads + ["--threads", "\(threads)", "--as-company", "--no-report"])
    return Array(command.words.dropFirst())
  }

  /// This command, as it can be given again.
  var commandLine: String {
    command(
      work.words + study.words + (atOnce == .auto ? [] : ["--at-once", atOnce.defaultValueDescription])
        + (noReport ? ["--no-report"] : []) + (format == .json ? ["--format", "json"] : [])
    ).text
  }

  /// `aanet run` on the same runs of the same project, worked as the options say.
  private func command(_ options: [String]) -> ShellCommand {
    ShellCommand(
      "aanet", "run", arguments: [experiment] + overrides,
      options: variants.flatMap { ShellCommand.option("--variant", $0) } + options + data.words + project.words)
  }

  /// Prints the tables of those experiments that a report draws from, and the runs of the others.
  private func report(
    _ results: [(trial: Trial, record: RunRecord)], by definitions: DrawnReports?
  ) throws {
    guard let output = try output(of: results, by: definitions) else { return try print(results) }
    if format == .table {
      let reported = try Set(definitions?.ofPlans.flatMap { try $0.plan.trials() } ?? [])
      try print(results.filter { !reported.contains($0.trial) })
    }
    try output.show(format)
  }

  /// The tables of those experiments that a report draws from, and where their page goes; nil where there is none.
  private func output(
    of results: [(trial: Trial, record: RunRecord)], by definitions: DrawnReports?
  ) throws -> ReportOutput? {
    guard let definitions else { return nil }
    let records = Dictionary(results.map { ($0.trial, $0.record) }, uniquingKeysWith: { first, _ in first })
    return ReportOutput(
      reports: try definitions.ofPlans.map {
        try definitions.reports.report($0.definition, on: $0.plan) { records[$0] }
      },
      title: ReportOutput.title(of: experiment), command: ProjectReports.command(experiment, overrides),
      folder: project.output(of: definitions.page))
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
