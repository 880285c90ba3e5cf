import Experiments
import Foundation
import Proofs
import Runs
import TestSupport
import Testing

/// What ends one of several processes of MPI that train a run: the command ends, what was saved is there, and the same
/// command goes on with another number of processes to the same bits.
@Suite(.enabled(if: MPI.isHere, "mpirun and mpicc are not installed")) struct RankFaultTests {
  private let project: TinyProject
  private let mpi: MPI
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  /// Far more epochs than pass before a fault comes.
  private static let command = [
    "run", "tiny", "train.epochs=30", "train.shards=4", "--variant", "all", "--threads", "1", "--no-report",
    "--checkpoint-every", "3",
  ]

  init() throws {
    project = try TinyProject()
    mpi = try MPI.first
  }

  /// The run that no fault met, by one process; made once.
  private static let undisturbed = Result {
    let project = try TinyProject()
    let outcome = try BuiltCommand.run(command, in: project.url)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    return RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func started(_ ranks: Int, runs: URL? = nil) throws -> StartedCommand {
    try StartedCommand(
      Self.command + (runs.map { ["--runs", $0.path] } ?? []), in: project.url, environment: try mpi.environment,
      by: mpi.script(ranks))
  }

  /// The command goes on with so many processes, and ends with the bits of the undisturbed run.
  private func expectGoesOn(_ ranks: Int, in store: RunStore, line: Int = #line) throws {
    let outcome = try BuiltCommand.run(
      Self.command + ["--runs", store.root.path], in: project.url, environment: try mpi.environment,
      by: mpi.script(ranks))
    #expect(outcome.status == 0, "line \(line): \(outcome.complaints)")
    let undisturbed = try Self.undisturbed.get()
    let identity = try #require(undisturbed.identities().first)
    for part in try RunAgreement(of: identity, in: undisturbed, and: store).parts {
      #expect(part.difference == nil, "line \(line): \(part.name)")
    }
  }

  /// The two processes that a launcher started, by their ranks, once their run has a checkpoint.
  private func processesAtWork(of command: StartedCommand) throws -> [Int: Int32] {
    var processes: [Int: Int32] = [:]
    let isUnderWay = command.wait {
      processes = RankLauncher.processes(below: command.number)
      guard processes.count == 2, let identity = store.identities().first else { return false }
      return store.has(.checkpoint, of: identity)
    }
    try #require(isUnderWay, "\(command.complaintsSoFar)")
    return processes
  }

  private func isAlive(_ process: Int32) -> Bool {
    guard let words = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !words.contains(") Z ")
  }

  @Test(arguments: [(rank: 0, then: 1), (rank: 1, then: 4)])
  func aDeadProcessEndsAll(rank: Int, then ranks: Int) throws {
    let command = try started(2)
    let processes = try processesAtWork(of: command)
    kill(try #require(processes[rank]), SIGKILL)
    #expect(command.end() != 0)
    // The launcher says which process it was, and whoever is left why it ends.
    let said = command.complaintsSoFar
    #expect(said.lowercased().contains("signal 9"), "\(said)")
    if rank > 0 { #expect(said.contains("the same command goes on"), "\(said)") }
    for _ in 0..<1_000 where processes.values.contains(where: isAlive) { usleep(10_000) }
    #expect(!processes.values.contains(where: isAlive))
    let identity = try #require(store.identities().first)
    #expect(store.has(.checkpoint, of: identity) && !store.isFinished(identity))
    try expectGoesOn(ranks, in: store)
  }

  /// The first process cannot save: it says so, and the others, which wait for it, end with it.
  @Test func aFullDiskEndsAll() throws {
    guard let disk = try SmallDisk(kibibytes: 3000) else {
      print("no disk can be mounted here: a full disk under several processes is not tried")
      return
    }
    let runs = disk.url.appendingPathComponent("runs", isDirectory: true)
    let command = try started(2, runs: runs)
    #expect(command.end() == 2, "\(command.complaintsSoFar)")
    let said = command.complaintsSoFar
    for words in ["checkpoint.safetensors: cannot be written: No space left on device", "give the command again"] {
      #expect(said.contains(words), "\(said)")
    }
    #expect(FileManager.default.subpaths(atPath: runs.path)?.contains { $0.hasSuffix(".tmp") } == false)
    #expect(disk.resize(kibibytes: 64_000))
    try expectGoesOn(1, in: RunStore(root: runs))
  }

  /// A request to stop that one process gets is for all, saved.
  @Test func aWarningToOneStopsAll() throws {
    let command = try started(2)
    let processes = try processesAtWork(of: command)
    kill(try #require(processes[1]), SIGUSR1)
    #expect(command.end() == 130, "\(command.complaintsSoFar)")
    #expect(command.complaintsSoFar.contains("interrupted; the run is saved"), "\(command.complaintsSoFar)")
    try expectGoesOn(1, in: store)
  }
}
