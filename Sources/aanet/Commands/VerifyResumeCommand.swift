import ArgumentParser
import Datasets
import Experiments
import Foundation
import Machine
import Proofs
import Runs
import Support

/// `aanet verify-resume`
struct VerifyResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-resume",
    abstract: "Prove that killed runs end with the same bits: train, kill at random moments, go on, compare.",
    discussion: """
      Each run of the experiment is trained twice in a folder of its own, which is removed in the end: once undisturbed, \
      and once by processes that are killed without warning (SIGKILL), at any moment, while a file is half-written, \
      between phases or while triplets are mined. A run that comes to its end before all kills are spent begins anew. \
      Parameters, BatchNorm statistics, σ, momentum, the place in training, descriptors, ranks and metrics are compared \
      bit for bit; times are not. runs/ and reports/ are left alone.

      With --ranks, each life of the killed run is that many processes of MPI, which --launcher starts; any one of them is \
      killed, and the others are ended by the launcher. The undisturbed run is one process all the same.

      Exit codes: 0 the same bits every time, 1 something differs (it is named), 2 the proof could not be made.

      Examples:
        aanet verify-resume quickstart/table3 --variant Lg --seed 1
        aanet verify-resume quickstart/table3 train.epochs=2 --kills 10
        aanet verify-resume quickstart/table3 --variant Lg --seed 1 train.epochs=3 --kills 100 --draw 7
        aanet verify-resume quickstart/table3 --checkpoint-every 5 --threads 2 --format json
        aanet verify-resume quickstart/table3 train.shards=4 --variant Lg --seed 1 --ranks 2
        aanet verify-resume quickstart/table3 train.shards=4 --seed 1 --ranks 4 --launcher 'mpiexec --hosts a,b'
      """)

  @Argument(help: "The experiment, as aanet run takes it.") var experiment: String
  @Argument(help: "Changes by dotted path, such as train.epochs=2.") var overrides: [String] = []
  @Option(name: .customLong("variant"), help: "Only this variant; may be given several times.")
  var variants: [String] = []
  @Option(name: .customLong("seed"), help: "Only this seed; may be given several times.") var seeds: [Int] = []
  @Option(help: "How often each run is killed.") var kills = 5
  @Option(help: "What the moments of killing are drawn from; drawn itself unless said.") var draw: UInt64?
  @Option(help: "Processes of MPI that train the killed run together: 1, 2, 4 or 8.") var ranks = 1
  @Option(help: "What starts them: words before -n RANKS PROGRAM.") var launcher = "mpirun"
  @OptionGroup var work: WorkOptions
  @Option(help: ArgumentHelp("Where the scratch folder is made.", valueName: "dir"), completion: .directory)
  var scratch: String?
  @Option(help: "table or json.") var format = OutputFormat.table
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    guard (1...100_000).contains(kills) else { throw ValidationError("--kills is 1 to 100000") }
    guard [1, 2, 4, 8].contains(ranks) else { throw ValidationError("--ranks is 1, 2, 4 or 8") }
    guard !launcherWords.isEmpty else { throw ValidationError("--launcher names no program") }
  }

  private var launcherWords: [String] { launcher.split(separator: " ").map(String.init) }

  func run() throws {
    let trials = try trials()
    for trial in trials where trial.settings.train.shards % ranks != 0 {
      throw ValidationError(
        "--ranks \(ranks): \(trial.inWords) has train.shards: \(trial.settings.train.shards), which they cannot share "
          + "out; give train.shards=\(ranks)")
    }
    let sources = try trials.map(sources)
    let places = data.places(in: project)
    try TwinMaker.makeMissing(Set(trials.map(\.settings.dataset)).sorted(), project: project, places: places)
    Interruption.listen()
    let draw = draw ?? UInt64.random(in: 0..<1_000_000)
    let scratch = try makeScratch()
    defer { scratch.remove() }
    var results: [VerifiedTrial] = []
    for (trial, sources) in zip(trials, sources) {
      let outcome = try verify(trial, from: sources, draw: draw, in: scratch)
      results.append(VerifiedTrial(trial, draw: draw, outcome: outcome))
      if format == .table { print(results[results.count - 1].text, terminator: "\n\n") }
    }
    let different = results.count { !$0.same }
    switch format {
    case .json: try Console.printJSON(results)
    case .table:
      print(
        different == 0
          ? "The same bits every time."
          : "\(different) of \(Wording.count(results.count, "run")) did not end with the same bits.")
    }
    if different > 0 { throw ExitCode(1) }
  }

  /// The runs that are meant, each once.
  private func trials() throws -> [Trial] {
    let plan = try project.library.plan(experiment, overrides: overrides)
    for seed in seeds where !plan.seeds.contains(seed) {
      throw ValidationError(
        "--seed \(seed): \(plan.name) has the seeds \(plan.seeds.map(String.init).joined(separator: ", "))")
    }
    let chosen = try plan.trials(variants: variants.isEmpty ? nil : variants)
      .filter { seeds.isEmpty || seeds.contains($0.seed) }
    let trained = chosen.filter(\.settings.combine.isEmpty)
    for name in Set(chosen.filter { !$0.settings.combine.isEmpty }.map(\.variant)).sorted() {
      Console.complain("note: \(Wording.printable(name)) combines other runs, and has no training to be killed in")
    }
    guard !trained.isEmpty else { throw ValidationError("there is no training to be killed in; name another variant") }
    return trained
  }

  /// The finished runs that a run's backbone starts from, the nearest first.
  private func sources(of trial: Trial) throws -> [RunRecord] {
    let (store, library) = (project.store, project.library)
    let plan = try library.plan(experiment, overrides: overrides)
    let sources = try BackboneSources(of: [plan], in: library, runs: store.identities())
    var found: [RunRecord] = []
    var settings = trial.settings
    while let source = sources[settings] {
      let record = try source.plan.records(in: store).first { $0.trial == source.trial }?.record
      guard let record, record.metrics != nil else {
        let run = ShellCommand(
          "aanet", "run", arguments: [source.plan.name, "seeds=[\(source.trial.seed)]"],
          options: ShellCommand.option("--variant", source.trial.variant) + project.words)
        throw ValidationError(
          "\(source.trial.inWords) is not finished, and \(trial.inWords) starts from its backbone; first: \(run.text)")
      }
      found.append(record)
      settings = source.trial.settings
    }
    return found
  }

  private func verify(
    _ trial: Trial, from sources: [RunRecord], draw: UInt64, in place: ResumeScratch
  ) throws -> ResumeVerification.Outcome {
    let name = Wording.printable("\(trial.variant), seed \(trial.seed)")
    let training = ProgressBar("\(name), undisturbed", unit: "epochs")
    var killing: ProgressBar?
    defer {
      training.finish()
      killing?.finish()
    }
    let verification = ResumeVerification(
      program: RunningProgram.file, scratch: place.folder,
      threads: work.threads, sources: sources,
      launcher: ranks > 1 ? RankLauncher(launcherWords, ranks: ranks) : nil,
      command: { self.command(trial, runs: $0, threads: $1) })
    do {
      return try verification.run(kills: kills, seed: draw, isInterrupted: { Interruption.isAsked }) { event in
        switch event {
        case .training(let epochs): training.update(epochs, of: trial.settings.train.totalEpochs)
        case .killed(let count):
          training.finish()
          let bar = killing ?? ProgressBar("\(name), killed", unit: "kills")
          killing = bar
          bar.update(count, of: kills)
        }
      }
    } catch TrainingError.interrupted {
      training.finish()
      killing?.finish()
      place.remove()
      Console.complain("interrupted; nothing is left behind")
      throw ExitCode(130)
    }
  }

  /// The arguments that train one run in a folder of runs.
  private func command(_ trial: Trial, runs: URL, threads: Int) -> [String] {
    // The descriptors are compared, so that they are kept.
    let changes = overrides.filter { !$0.hasPrefix("seeds=") } + ["seeds=[\(trial.seed)]", "keep=all"]
    return ShellCommand(
      "run", arguments: [experiment] + changes,
      options: ShellCommand.option("--variant", trial.variant) + ["--threads", "\(threads)"] + work.wordsWithoutThreads
        + ["--runs", runs.path, "--no-report", "--project", project.folder.path] + data.words
    ).words
  }

  private func makeScratch() throws -> ResumeScratch {
    let parent = scratch.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? FileManager.default.temporaryDirectory
    do { return try ResumeScratch(in: parent) } catch {
      throw ValidationError("\(parent.path): no scratch folder can be made there; name another place with --scratch")
    }
  }
}
