import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// `aanet submit` on a real Slurm.
@Suite(.serialized, .enabled(if: SmallCluster.missing == nil, "\(SmallCluster.missing ?? "")"))
struct ClusterSweepTests {
  private let cluster: SmallCluster
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws {
    cluster = try SmallCluster.shared
    try cluster.clear()
    project = try TinyProject()
  }

  // MARK: Asking

  private struct Submitted: Decodable {
    struct Job: Decodable {
      var number: String
      var tasks: Int
    }
    var jobs: [Job]
    var finished, queued, running: Int
    var folder: String?
  }

  private func aanet(_ words: [String], _ more: [String: String] = [:]) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(words, in: project.url, environment: cluster.environment.merging(more) { $1 })
  }

  private func submit(_ words: String..., environment: [String: String] = [:]) throws -> Submitted {
    let outcome = try aanet(["submit", "tiny", "--cpus", "1", "--format", "json"] + words, environment)
    try #require(outcome.status == 0, "\(outcome.complaints)")
    return try JSONDecoder().decode(Submitted.self, from: Data(outcome.output.utf8))
  }

  /// How `aanet runs` says that runs stand, in order.
  private func states(_ more: [String: String] = [:]) throws -> [String] {
    struct Row: Decodable { var status: String }
    let outcome = try aanet(["runs", "--format", "json"], more)
    try #require(outcome.status == 0, "\(outcome.complaints)")
    return try JSONDecoder().decode([Row].self, from: Data(outcome.output.utf8)).map(\.status)
  }

  /// What the tasks wrote, for whoever has to find out why they failed.
  private var logs: String {
    let room = store.root.appendingPathComponent(".submitted")
    let paths = (FileManager.default.subpaths(atPath: room.path) ?? []).filter { $0.hasSuffix(".log") }.sorted()
    let texts = paths.map { path in
      "\(path):\n\((try? String(contentsOf: room.appendingPathComponent(path), encoding: .utf8)) ?? "")"
    }
    return texts.joined(separator: "\n") + "\n\(cluster.logs)"
  }

  private func checkpoint(of run: RunIdentity) -> Bool { store.has(.checkpoint, of: run) }

  /// Waits until a task has trained for an epoch since some moment.
  private func waitForAnEpoch(after known: Int = 0) throws -> RunIdentity {
    var found: RunIdentity?
    let isThere = cluster.wait {
      found = store.identities().first
      guard let found, case .held = store.holding(of: found) else { return false }
      return (try? store.record(for: found))?.epochs.count ?? 0 > known
    }
    return try #require(isThere ? found : nil, "\(logs)")
  }

  private func epochs(of run: RunIdentity) throws -> Int { try store.record(for: run)?.epochs.count ?? 0 }

  // MARK: Sweeps

  /// Six runs in two arrays, since Slurm takes four here; queued, frozen, trained, reported.
  @Test func aSweepFromTheQueueToTheReport() throws {
    try project.folder.copyPublishedFigures()
    // As from inside of an allocation, and of a launcher.
    let around = [
      "SLURM_JOB_ID": "99", "SLURM_NTASKS": "4", "SLURM_CPUS_PER_TASK": "7", "SLURM_MEM_PER_CPU": "1", "PMIX_RANK": "1",
      "OMPI_COMM_WORLD_SIZE": "4", "SLURM_TIMELIMIT": "1",
    ]
    let sweep = try submit("seeds=[1,2,3]", "--report", "--sbatch=--hold", environment: around)
    #expect(sweep.jobs.map(\.tasks) == [4, 2, 0] && sweep.finished == 0)
    #expect(try states() == Array(repeating: "queued", count: 6))
    let watched = try aanet(["watch", "tiny", "--once"])
    #expect(watched.status == 0 && watched.output.hasPrefix("tiny · 6 queued\n"), "\(watched.output)")
    // Given again, nothing is queued twice; one seed more is queued alone.
    let again = try submit("seeds=[1,2,3]")
    #expect(again.jobs.isEmpty && again.queued == 6)
    let more = try submit("seeds=[1,2,3,4]", "--variant", "plain")
    #expect(more.jobs.map(\.tasks) == [1] && more.queued == 3)
    // What is edited meanwhile does not reach what is queued.
    try project.folder.write(
      TinyProject.experiment.replacing("epochs: 3", with: "epochs: 2"), to: "experiments/tiny.yaml")
    for job in sweep.jobs { try cluster.tool("scontrol", "release", job.number) }
    #expect(try cluster.drain(), "\(logs)")
    let runs = store.identities()
    #expect(runs.count == 7 && runs.allSatisfy(store.isFinished), "\(logs)")
    for run in runs {
      let record = try #require(try store.record(for: run))
      #expect(record.epochs.count == 3 && record.provenance?.threads == 1)
    }
    #expect(try states() == Array(repeating: "finished", count: 7))
    let page = project.url.appendingPathComponent("reports/_out/tiny/index.html")
    #expect(FileManager.default.fileExists(atPath: page.path), "\(logs)")
    // Of what is finished, nothing is left to submit.
    #expect(try submit("seeds=[1,2,3]", "train.epochs=3").finished == 6)
  }

  /// One that fails fails alone, in Slurm's words and in ours; submitted again, it is the only one.
  @Test func oneThatFailsFailsAlone() throws {
    try project.folder.write(
      TinyProject.experiment.replacing(
        "plain: {", with: "\"w'ild $(touch pwned)\": { train: { rate: { new: 100 } } }\n  plain: {"),
      to: "experiments/tiny.yaml")
    let job = try #require(try submit("--at-most", "1").jobs.first?.number)
    #expect(try cluster.drain(), "\(logs)")
    #expect(try states().sorted() == ["failed", "finished", "finished"], "\(logs)")
    let slurm = try (0..<3).map { try cluster.field("JobState", of: "\(job)_\($0)") }
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("pwned").path))
    #expect(slurm == ["COMPLETED", "FAILED", "COMPLETED"], "\(logs)")
    #expect(try submit("--sbatch=--hold").jobs.map(\.tasks) == [1])
    // A queue that is silent breaks no list, and makes nobody submit twice.
    let deaf = try project.folder.write("#!/bin/sh\necho 'squeue: error: down' >&2; exit 1\n", to: "deaf/squeue")
    chmod(deaf.path, 0o755)
    let path = ["PATH": "\(project.url.path)/deaf:/usr/bin:/bin"]
    #expect(try states(path).sorted() == ["failed", "finished", "finished"])
    let refused = try aanet(["submit", "tiny"], path)
    #expect(
      refused.status == 2 && refused.complaints.contains("squeue: error: down")
        && refused.complaints.contains("nothing is submitted"), "\(refused.complaints)")
    try cluster.tool("scancel", "-u", "root")
    #expect(try cluster.drain())
  }

  // MARK: Turns

  /// The time limit: saved, put back, gone on with. Then `scancel`: saved, and it stays away.
  @Test func aTurnEndsSavedAndACancelledRunStaysSaved() throws {
    let sweep = try submit("train.epochs=10000", "--variant", "plain", "--time", "1m")
    let job = "\(try #require(sweep.jobs.first?.number))_0"
    let run = try waitForAnEpoch()
    try cluster.startAtOnce(job)
    let saved = try epochs(of: run)
    #expect(saved > 0 && checkpoint(of: run) && logs.contains("its turn is over (code 130)"), "\(logs)")
    _ = try waitForAnEpoch(after: saved)
    #expect(try cluster.field("Restarts", of: job) == "1", "\(logs)")
    let before = try epochs(of: run)
    try cluster.tool("scancel", job)
    #expect(try cluster.drain(), "\(logs)")
    #expect(try cluster.field("JobState", of: job) == "CANCELLED", "\(logs)")
    #expect(try epochs(of: run) >= before)
    #expect(try states() == ["interrupted"])
    #expect(logs.components(separatedBy: "the run is saved").count - 1 == 2, "\(logs)")
  }

  /// A job that goes before: saved, put back, finished in the next turn.
  @Test func aPreemptedRunGoesOn() throws {
    let sweep = try submit("train.epochs=60", "--variant", "plain")
    let job = "\(try #require(sweep.jobs.first?.number))_0"
    let run = try waitForAnEpoch()
    let urgent = try cluster.tool(
      "sbatch", "--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null", "--wrap=true")
    #expect(urgent.status == 0, "\(urgent.output)")
    try cluster.startAtOnce(job)
    #expect(logs.contains("its turn is over (code 130)"), "\(logs)")
    let saved = try epochs(of: run)
    #expect(saved > 0 && saved < 60 && !store.isFinished(run))
    #expect(try cluster.drain(), "\(logs)")
    #expect(try store.isFinished(run) && epochs(of: run) == 60, "\(logs)")
    #expect(try cluster.field("JobState", of: job) == "COMPLETED")
  }

  // MARK: Ranks and studies

  /// Two processes of a task train a run together, with the bits of one.
  @Test(.enabled(if: MPI.open != nil, "Open MPI is not installed")) func ranksUnderSlurmGiveTheSameBits() throws {
    let words = ["train.shards=2", "train.epochs=2", "--variant", "all"]
    let bridge = try #require(MPI.open).bridge()
    let sweep = try submit(
      words[0], words[1], words[2], words[3], "--ranks", "2", environment: ["AANET_MPI": bridge.path])
    // The copy of the bridge is what is opened.
    try FileManager.default.removeItem(at: bridge)
    let alone = try TinyProject()
    let outcome = try BuiltCommand.run(["run", "tiny", "--threads", "1", "--no-report"] + words, in: alone.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    #expect(try cluster.drain(), "\(logs)")
    let run = try #require(store.identities().first, "\(sweep)\n\(logs)")
    let other = RunStore(root: alone.url.appendingPathComponent("runs", isDirectory: true))
    #expect(store.isFinished(run), "\(logs)")
    for part in try RunAgreement(of: run, in: other, and: store).parts {
      #expect(part.count > 0 && part.difference == nil, "\(part.name)")
    }
  }

  /// A study goes on by itself, round after round, and ends with its tables.
  @Test func aStudyIsAChainOfRounds() throws {
    let study = try StudyCommandTests.project()
    let store = RunStore(root: study.url.appendingPathComponent("runs", isDirectory: true))
    let words = ["submit", "table3", "--until-decided", "--most-seeds", "3", "--cpus", "1"]
    let first = try BuiltCommand.run(words, in: study.url, environment: cluster.environment)
    #expect(first.status == 0 && first.output.contains("4 runs submitted"), "\(first.complaints)")
    // Each round submits the next before it ends.
    #expect(try cluster.drain(), "\(cluster.logs)")
    let room = store.root.appendingPathComponent(".submitted")
    let judged = (FileManager.default.subpaths(atPath: room.path) ?? []).filter { $0.hasSuffix("logs/judge.log") }
    let said = try judged.sorted().map { try String(contentsOf: room.appendingPathComponent($0), encoding: .utf8) }
    #expect(store.identities().map(\.seed).sorted() == [1, 1, 2, 2, 3, 3], "\(said)")
    #expect(store.identities().allSatisfy(store.isFinished), "\(said)")
    #expect(said.count == 2 && said[0].contains("2 runs submitted"), "\(said)")
    #expect(
      said.last?.contains("1 ordering still open; to go on, with more seeds: aanet submit quickstart/table3") == true,
      "\(said)")
    // Given again, it says the same, and submits nothing.
    let again = try BuiltCommand.run(words, in: study.url, environment: cluster.environment)
    #expect(again.status == 3 && again.complaints.contains("1 ordering still open"), "\(again.complaints)")
  }
}
