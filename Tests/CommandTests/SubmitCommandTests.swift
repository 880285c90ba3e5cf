import Foundation
import TestSupport
import Testing

/// `aanet submit` where there is no Slurm: what it says before it submits anything.
@Suite struct SubmitCommandTests {
  private let project: TinyProject

  init() throws { project = try TinyProject() }

  /// - Parameter tools: the folder of programs that it finds beside the system's own, which are hidden.
  private func submit(_ words: String..., tools: String = "/nowhere") throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(["submit"] + words, in: project.url, environment: ["PATH": tools])
  }

  private var submitted: Bool {
    FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs/.submitted").path)
  }

  @Test func aDryRunSaysEveryWordAndSubmitsNothing() throws {
    let early = try submit("tiny", "--report", "--dry-run")
    #expect(early.status == 2 && early.complaints.contains("published.yaml"), "\(early.complaints)")
    try project.folder.copyPublishedFigures()
    let outcome = try submit(
      "tiny", "seeds=[1,2]", "--cpus", "3", "--time", "8h", "--at-most", "2", "--report", "--sbatch=--mem=8G",
      "--dry-run")
    #expect(outcome.status == 0 && !submitted, "\(outcome.complaints)")
    #expect(outcome.complaints.contains("its usual size of an array, 1001, is taken"))
    let calls = outcome.output.split(separator: "\n").filter { $0.hasPrefix("sbatch ") }
    #expect(calls.count == 2)
    for words in ["--array=0-3%2", "--cpus-per-task=3", "--time=480", "--signal=B:USR1@120", "--requeue", "--mem=8G"] {
      #expect(calls.first?.replacing("'", with: "").contains(" \(words) ") == true, "\(words)")
    }
    #expect(calls.last?.contains("--dependency=afterany:NUMBER-OF-tiny-") == true)
    #expect(outcome.output.contains("0) set -- tiny 'seeds=[1,2]' 'seeds=[1]' --variant all ;;"), "\(outcome.output)")
    #expect(outcome.output.contains("3) set -- tiny 'seeds=[1,2]' 'seeds=[2]' --variant plain ;;"))
    #expect(outcome.output.contains("run --threads 3 --at-once 1 --no-report --project \(project.url.path)"))
    #expect(outcome.output.contains("/bin/aanet report tiny 'seeds=[1,2]' --project"))
  }

  /// What others start from comes first, without the changes of the command line, and what combines others last.
  @Test func whatOthersNeedComesFirst() throws {
    try project.folder.write(
      TinyProject.experiment.replacing("seeds: [1]", with: "seeds: [1]\nbackbone: { weights: 'run:pretext/a/1' }")
        .replacing(
          "backbone: { block: basic, blocks: [1, 1, 1, 1], width: 16 }", with: ""
        ).replacing(
          "backbone: { weights",
          with: "backbone: { block: basic, blocks: [1, 1, 1, 1], width: 16, weights"
        ) + "\n  both: { combine: [all, plain] }\n", to: "experiments/tiny.yaml")
    try project.folder.write(
      TinyProject.experiment.replacing("  all: { loss: { weights: uncertainty } }\n", with: "")
        .replacing("  plain:", with: "  a:"), to: "experiments/pretext.yaml")
    let outcome = try submit("tiny", "train.epochs=2", "--dry-run")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let calls = outcome.output.split(separator: "\n").filter { $0.hasPrefix("sbatch ") }
    let tasks = outcome.output.split(separator: "\n").filter { $0.contains(") set -- ") }
    #expect(
      tasks == [
        "0) set -- pretext 'seeds=[1]' --variant a ;;", "0) set -- tiny train.epochs=2 'seeds=[1]' --variant all ;;",
        "1) set -- tiny train.epochs=2 'seeds=[1]' --variant plain ;;",
        "0) set -- tiny train.epochs=2 'seeds=[1]' --variant both ;;",
      ], "\(outcome.output)")
    #expect(calls.map { $0.components(separatedBy: "NUMBER-OF-").count - 1 } == [0, 1, 2])
  }

  @Test func withoutSlurmItSaysWhereToGo() throws {
    let outcome = try submit("tiny")
    #expect(outcome.status == 2 && outcome.complaints.contains("login node") && !submitted, "\(outcome.complaints)")
    #expect(outcome.complaints.contains("--dry-run"))
  }

  @Test func pathsThatSlurmReadsOtherwise() throws {
    for name in ["100%", "back\\slash"] {
      let outcome = try submit("tiny", "--dry-run", "--runs", "\(project.url.path)/\(name)/runs")
      #expect(outcome.status == 2 && outcome.complaints.contains("keep the runs elsewhere with --runs"), "\(name)")
    }
  }

  @Test func whatIsNotUnderExperimentsIsRefused() throws {
    try project.folder.write(TinyProject.experiment, to: "mine/other.yaml")
    let outcome = try submit("mine/other.yaml", "--dry-run")
    #expect(outcome.status == 2 && outcome.complaints.contains("is not under experiments/"), "\(outcome.complaints)")
  }

  @Test(arguments: [
    (["--ranks", "2", "--dry-run"], "cannot share out 1 shard"),
    (["--ranks", "2", "train.shards=2", "--dry-run"], "make mpi"), (["--ranks", "9"], "--ranks is 1 to 8"),
    (["--cpus", "0"], "--cpus is 1 to 1024"), (["--time", "8:00:00"], "8:00:00"), (["--at-most", "0"], "at least 1"),
    (["--partition", "a b"], "without blanks"), (["--sbatch=--array=1"], "cannot give --array"),
    (["--sbatch", "mem=8G"], "one option with its value"), (["--until-decided", "--report"], "leave --report"),
    (["--until-decided", "--hours", "2"], "--most-seeds"), (["--most-seeds", "4"], "belongs to --until-decided"),
    (["--until-decided", "--dry-run"], "nothing to decide"), (["--variant", "alll", "--dry-run"], "'all'"),
  ])
  func whatItDoesNotTake(options: [String], words: String) throws {
    let outcome = try BuiltCommand.run(
      ["submit", "tiny"] + options, in: project.url, environment: ["PATH": "/nowhere", "AANET_MPI": "/nowhere/mpi.so"])
    #expect(outcome.status == 2 && outcome.complaints.contains(words) && !submitted, "\(outcome.complaints)")
  }
}

extension TemporaryFolder {
  /// The paper's figures of this package, which every report draws beside its own.
  func copyPublishedFigures() throws {
    let file = "reports/published.yaml"
    try write(
      try String(contentsOf: ReportCommandTests.package.appendingPathComponent(file), encoding: .utf8), to: file)
  }
}
