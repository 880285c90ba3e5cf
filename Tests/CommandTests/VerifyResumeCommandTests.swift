import Experiments
import Foundation
import Proofs
import TestSupport
import Testing

/// `aanet verify-resume`: real processes, really killed.
@Suite struct VerifyResumeCommandTests {
  @Test func killedRunsEndWithTheSameBits() throws {
    let project = try TinyProject()
    let scratch = try TemporaryFolder()
    // Left behind by one that was itself killed, and something else.
    try scratch.write("", to: "aanet-verify-resume-killed/run.lock")
    try scratch.write("", to: "aanet-verify-resume-killed/whole/tiny/plan.yaml")
    try scratch.write("", to: "aanet-verify-resume-mine/notes")
    let outcome = try BuiltCommand.run(
      [
        "verify-resume", "tiny", "train.epochs=2", "--variant", "all", "--kills", "4", "--draw", "3", "--threads", "1",
        "--checkpoint-every", "1", "--scratch", scratch.url.path, "--format", "json",
      ], in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["same"] as? Bool == true && rows[0]["draw"] as? Int == 3)
    let found = try #require(rows[0]["outcome"] as? [String: Any])
    let kills = try #require(found["kills"] as? [[String: Any]])
    #expect(
      kills.count == 4 && kills.allSatisfy { ["starting", "training", "evaluating"].contains($0["during"] as? String) })
    let comparisons = try #require(found["comparisons"] as? [[String: Any]])
    let parts = try #require(comparisons.first?["parts"] as? [[String: Any]])
    #expect(
      parts.map { $0["name"] as? String } == [
        "plan", "parameters", "BatchNorm statistics", "σ", "momentum", "place in training", "epochs", "descriptors",
        "ranks", "metrics",
      ])
    #expect(parts.allSatisfy { ($0["count"] as? Int ?? 0) > 0 && $0["difference"] == nil })
    // Neither the project's runs nor anything of a scratch folder is there afterwards.
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path))
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("reports").path))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.url.path) == ["aanet-verify-resume-mine"])
  }

  /// Two processes of MPI, one of which is killed each time.
  @Test(.enabled(if: MPI.isHere, "mpirun and mpicc are not installed")) func killedRanksEndWithTheSameBits() throws {
    let project = try TinyProject()
    let mpi = try MPI.first
    let outcome = try BuiltCommand.run(
      [
        "verify-resume", "tiny", "train.epochs=12", "train.shards=2", "--variant", "all", "--ranks", "2", "--launcher",
        mpi.launcher, "--kills", "3", "--draw", "1", "--threads", "1", "--checkpoint-every", "3", "--format", "json",
      ], in: project.url, environment: try mpi.environment)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["same"] as? Bool == true)
    let found = try #require(rows[0]["outcome"] as? [String: Any])
    let kills = try #require(found["kills"] as? [[String: Any]])
    #expect(kills.count == 3 && Set(kills.compactMap { $0["rank"] as? Int }) == [0, 1], "\(kills)")
    #expect(kills.contains { $0["during"] as? String != "starting" }, "\(kills)")
  }

  @Test func aScratchFolderInUseIsLeftAlone() throws {
    let parent = try TemporaryFolder()
    let first = try ResumeScratch(in: parent.url)
    let second = try ResumeScratch(in: parent.url)
    #expect(FileManager.default.fileExists(atPath: first.folder.path))
    #expect(FileManager.default.fileExists(atPath: second.folder.path))
    first.remove()
    second.remove()
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent.url.path).isEmpty)
    #expect(throws: (any Error).self) { try ResumeScratch(in: parent.url.appendingPathComponent("none")) }
  }

  @Test func whatCannotBeProvedIsSaid() throws {
    let project = try TinyProject()
    func refused(_ arguments: String..., saying words: String, line: Int = #line) throws {
      let outcome = try BuiltCommand.run(["verify-resume"] + arguments, in: project.url)
      #expect(outcome.status == 2 && outcome.complaints.contains(words), "line \(line): \(outcome.complaints)")
    }
    try refused("tinny", saying: "did you mean 'tiny'?")
    try refused("tiny", "--variant", "al", saying: "did you mean 'all'?")
    try refused("tiny", "--seed", "7", saying: "--seed 7: tiny has the seeds 1")
    try refused("tiny", "--kills", "0", saying: "--kills is 1 to")
    try refused("tiny", "--ranks", "3", saying: "--ranks is 1, 2, 4 or 8")
    try refused("tiny", "--ranks", "2", saying: "which they cannot share out; give train.shards=2")
    try refused("tiny", "--scratch", "/nowhere/at/all", saying: "name another place with --scratch")
    // A run that fails of itself is no proof, and its own words are shown.
    try refused("tiny", "train.rate.new=100", "--variant", "all", saying: "which is another run")
    #expect(!FileManager.default.fileExists(atPath: project.url.appendingPathComponent("runs").path))
  }
}
