import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// The MPI of this machine.
enum MPI {
  static let isHere = ["mpirun", "mpicc"].allSatisfy { tool in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)")
    }
  }

  /// The bridge, built for this machine's MPI.
  static func bridge(in folder: URL) throws -> URL {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/MPIBridge/aanet_mpi.c").standardized
    let file = folder.appendingPathComponent("libaanet_mpi.so")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = [
      "mpicc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", source.path, "-o", file.path,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return file
  }
}

/// `mpirun aanet run`: real processes that train one run together.
@Suite(.enabled(if: MPI.isHere, "mpirun and mpicc are not installed")) struct MPITests {
  private func run(
    _ count: Int, _ bridge: URL, in project: TinyProject, _ overrides: [String] = ["train.shards=4"]
  ) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(
      ["run", "tiny", "train.epochs=2", "--variant", "all", "--threads", "1", "--no-report"] + overrides,
      in: project.url,
      environment: [
        "AANET_MPI": bridge.path, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
      ],
      by: count == 1 ? nil : "exec mpirun -n \(count) \"$@\"")
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  @Test func anyNumberOfProcessesGivesTheSameBits() throws {
    let folder = try TemporaryFolder()
    let bridge = try MPI.bridge(in: folder.url)
    let alone = try TinyProject()
    #expect(try run(1, bridge, in: alone).status == 0)
    let identity = try #require(store(alone).identities().first)
    for count in [2, 4] {
      let project = try TinyProject()
      let outcome = try run(count, bridge, in: project)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      // One of them prints.
      #expect(outcome.output.split(separator: "\n").count == 1, "\(outcome.output)")
      for part in try RunAgreement(of: identity, in: store(alone), and: store(project)).parts {
        #expect(part.count > 0 && part.difference == nil, "\(count) processes: \(part.name)")
      }
    }
  }

  @Test func whatCannotBeSharedOutEndsWithASentence() throws {
    let folder = try TemporaryFolder()
    let bridge = try MPI.bridge(in: folder.url)
    let project = try TinyProject()
    let outcome = try run(2, bridge, in: project, [])
    #expect(outcome.status != 0 && outcome.complaints.contains("2 processes cannot share out 1 shard of a batch"))
    let missing = try run(2, folder.url.appendingPathComponent("none.so"), in: project)
    #expect(missing.status != 0 && missing.complaints.contains("build it with: make mpi"))
    #expect(store(project).identities().isEmpty)
  }
}
