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

  // MARK: With other programs in the place of Slurm's

  /// The folder of an `sbatch` that does what a test says, and of others that say nothing.
  private func tools(sbatch: String) throws -> String {
    for (name, text) in [("sbatch", sbatch), ("scontrol", "exit 0"), ("squeue", "exit 0"), ("scancel", "exit 0")] {
      let file = try project.folder.write("#!/bin/sh\n\(text)\n", to: "tools/\(name)")
      chmod(file.path, 0o755)
    }
    return project.url.appendingPathComponent("tools").path
  }

  private var sweeps: [String] {
    let room = project.url.appendingPathComponent("runs/.submitted").path
    return ((try? FileManager.default.contentsOfDirectory(atPath: room)) ?? []).filter { $0.hasPrefix("tiny-") }
  }

  /// What an allocation, a launcher or this machine's processor put into the environment is not for other machines; what a
  /// person put there is.
  @Test func theSurroundingsStayHere() throws {
    let tools = try tools(sbatch: "/usr/bin/env > sent; echo 41")
    func sent(_ more: [String: String], by script: String?) throws -> [String] {
      let around = [
        "PATH": tools, "SLURM_JOB_ID": "7", "PMIX_RANK": "0", "SLURM_CONF": "/c", "SBATCH_ACCOUNT": "vision",
      ]
      let outcome = try BuiltCommand.run(
        ["submit", "tiny"], in: project.url, environment: around.merging(more) { $1 }, by: script)
      #expect(outcome.status == 0 && outcome.output.contains("2 runs submitted"), "\(outcome.complaints)")
      return try String(contentsOf: project.url.appendingPathComponent("sent"), encoding: .utf8).split(separator: "\n")
        .compactMap { $0.split(separator: "=").first.map(String.init) }
    }
    let usual = try sent([:], by: "unset OPENBLAS_CORETYPE; exec \"$@\"")
    #expect(usual.filter { $0.hasPrefix("SLURM_") || $0.hasPrefix("PMI") } == ["SLURM_CONF"])
    #expect(usual.contains("SBATCH_ACCOUNT") && !usual.contains("OPENBLAS_CORETYPE"), "\(usual)")
    #expect(!usual.contains { $0.hasPrefix("AANET_CHOSE") })
    #expect(try sent(["OPENBLAS_CORETYPE": "Haswell"], by: nil).contains("OPENBLAS_CORETYPE"))
    #expect(sweeps.count == 2)
  }

  /// Slurm's words are shown, and nothing is left that would count as submitted.
  @Test func whatSlurmRefusesIsSaid() throws {
    let tools = try tools(sbatch: "echo 'sbatch: error: invalid partition specified: x' >&2; exit 1")
    let outcome = try submit("tiny", tools: tools)
    #expect(
      outcome.status == 2 && outcome.complaints.contains("invalid partition specified: x"), "\(outcome.complaints)")
    #expect(sweeps.isEmpty)
    // Of several jobs, those that were taken stay.
    try project.folder.copyPublishedFigures()
    _ = try self.tools(sbatch: "case \"$*\" in *--array*) echo 41;; *) exit 3;; esac")
    let half = try submit("tiny", "--report", tools: tools)
    #expect(half.status == 2 && half.complaints.contains("submitted before that: 41, which stay"), "\(half.complaints)")
    #expect(sweeps.count == 1)
  }

  /// A task that failed before its run had a record is listed, until a later one is done, under whatever name.
  @Test func aTaskThatFailedIsListedUntilAnotherIsDone() throws {
    func list() throws -> [String] {
      struct Row: Decodable { var status, hash: String }
      let outcome = try BuiltCommand.run(
        ["runs", "--format", "json"], in: project.url, environment: ["PATH": try tools(sbatch: "exit 1")])
      #expect(outcome.status == 0, "\(outcome.complaints)")
      return try JSONDecoder().decode([Row].self, from: Data(outcome.output.utf8)).map { "\($0.hash) \($0.status)" }
    }
    func sweep(_ name: String, when: String, hash: String) throws {
      let run = "{\"experiment\":\"tiny\",\"variant\":\"plain\",\"seed\":1,\"hash\":\"\(hash)\"}"
      try project.folder.write(
        "{\"when\":\"\(when)\",\"command\":\"c\",\"arrays\":[[{\"run\":\(run),\"settings\":\"s\"}]]}",
        to: "runs/.submitted/\(name)/sweep.json")
    }
    let trained = try BuiltCommand.run(
      ["run", "tiny", "--variant", "plain", "train.epochs=1", "--threads", "1", "--no-report"], in: project.url)
    #expect(trained.status == 0, "\(trained.complaints)")
    let finished = try #require(try list().first?.split(separator: " ").first.map(String.init))
    try sweep("tiny-b", when: "1", hash: "000000000000")
    #expect(try list() == ["\(finished) finished"])
    try project.folder.write("2\n", to: "runs/.submitted/tiny-b/endings/0-0")
    #expect(try list() == ["000000000000 failed", "\(finished) finished"])
    try sweep("tiny-a", when: "2", hash: finished)
    #expect(try list() == ["\(finished) finished"])
    // What cannot be read breaks no list.
    try project.folder.write("{", to: "runs/.submitted/tiny-a/sweep.json")
    #expect(try list() == ["\(finished) finished"])
  }

  // MARK: What is refused

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
