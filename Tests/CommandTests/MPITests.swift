import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// `mpirun aanet run`: real processes that train one run together.
@Suite(.enabled(if: MPI.isHere, "mpirun and mpicc are not installed")) struct MPITests {
  private func run(
    _ count: Int, _ mpi: MPI, in project: TinyProject, _ overrides: [String] = ["train.shards=4"],
    environment: [String: String] = [:]
  ) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(
      ["run", "tiny", "train.epochs=2", "--variant", "all", "--threads", "1", "--no-report"] + overrides,
      in: project.url, environment: try mpi.environment.merging(environment) { $1 }, by: mpi.script(count))
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  /// Eight shards, on one process or as many as eight.
  @Test(arguments: MPI.all) func anyNumberOfProcessesGivesTheSameBits(_ mpi: MPI) throws {
    let overrides = ["train.shards=8"]
    let alone = try TinyProject()
    #expect(try run(1, mpi, in: alone, overrides).status == 0)
    let identity = try #require(store(alone).identities().first)
    for count in [2, 4, 8] {
      let project = try TinyProject()
      let outcome = try run(count, mpi, in: project, overrides)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      // One of them prints.
      #expect(outcome.output.split(separator: "\n").count == 1, "\(outcome.output)")
      for part in try RunAgreement(of: identity, in: store(alone), and: store(project)).parts {
        #expect(part.count > 0 && part.difference == nil, "\(count) processes: \(part.name)")
      }
    }
  }

  @Test func whatCannotBeSharedOutEndsWithASentence() throws {
    let mpi = try MPI.first
    let project = try TinyProject()
    let outcome = try run(2, mpi, in: project, [])
    #expect(outcome.status != 0 && outcome.complaints.contains("2 processes cannot share out 1 shard of a batch"))
    let missing = try run(2, mpi, in: project, environment: ["AANET_MPI": "/nowhere/libaanet_mpi.so"])
    #expect(missing.status != 0 && missing.complaints.contains("build it with: make mpi"))
    #expect(store(project).identities().isEmpty)
  }
}
