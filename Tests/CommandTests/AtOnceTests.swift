import Experiments
import Foundation
import Runs
import TestSupport
import Testing

/// Several runs of one `aanet run` at the same time.
@Suite struct AtOnceTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func command(epochs: Int) -> [String] {
    ["run", "tiny", "train.epochs=\(epochs)", "seeds=[1,2]", "--at-once", "2", "--threads", "2", "--no-report"]
  }

  private var atWork: [RunHolder] {
    store.identities().compactMap { store.standing(of: $0) }.filter { $0.state == .running }.compactMap(\.holder)
  }

  /// Whether a process is there and has not ended: nobody may have asked yet how an orphan ended.
  private func isAlive(_ process: Int32) -> Bool {
    guard let words = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !words.contains(") Z ")
  }

  @Test func twoProcessesShareTheRunsOut() throws {
    let worker = try StartedCommand(command(epochs: 40), in: project.url)
    #expect(worker.wait { Set(atWork.map(\.process)).count == 2 }, "\(worker.complaintsSoFar)")
    #expect(worker.end() == 0, "\(worker.complaintsSoFar)")
    let said = worker.complaintsSoFar
    #expect(said.contains("on this machine (2 runs at once, each on 1 thread)"), "\(said)")
    #expect(!said.contains("is left to"), "\(said)")
    let runs = store.identities()
    #expect(runs.count >= 4 && runs.allSatisfy(store.isFinished))
    // Each is told once, whoever trained it.
    #expect(said.components(separatedBy: ", trained in").count - 1 == runs.count, "\(said)")
  }

  /// All are saved before the command says so, and the same command goes on.
  @Test func aRequestToStopIsForAll() throws {
    let worker = try StartedCommand(command(epochs: 10_000), in: project.url)
    #expect(worker.wait { Set(atWork.map(\.process)).count == 2 })
    let all = atWork.map(\.process)
    worker.send(SIGTERM)
    #expect(worker.end() == 130, "\(worker.complaintsSoFar)")
    #expect(all.allSatisfy { kill($0, 0) != 0 })
    #expect(worker.complaintsSoFar.contains("--at-once 2"), "\(worker.complaintsSoFar)")
    #expect(store.identities().count { (try? store.url(.checkpoint, of: $0).checkResourceIsReachable()) == true } == 2)
  }

  /// Killed without a word, the process that started the others is missed by them: they save their runs and go.
  @Test func nobodyIsLeftBehind() throws {
    let worker = try StartedCommand(command(epochs: 10_000), in: project.url)
    #expect(worker.wait { Set(atWork.map(\.process)).count == 2 })
    let other = try #require(atWork.map(\.process).first { $0 != worker.number })
    worker.send(SIGKILL)
    _ = worker.end()
    for _ in 0..<3_000 where isAlive(other) { usleep(10_000) }
    #expect(!isAlive(other))
    #expect(atWork.isEmpty)
  }

  /// One that is killed is not missed: its run is done by the other.
  @Test func whatOneLeavesTheOtherDoes() throws {
    let worker = try StartedCommand(command(epochs: 40), in: project.url)
    #expect(worker.wait { Set(atWork.map(\.process)).count == 2 })
    if let other = atWork.map(\.process).first(where: { $0 != worker.number }) { kill(other, SIGKILL) }
    #expect(worker.end() == 0, "\(worker.complaintsSoFar)")
    #expect(store.identities().allSatisfy(store.isFinished))
  }

  @Test(arguments: [
    (["--at-once", "0"], "--at-once"), (["--at-once", "many"], "--at-once"),
    (["--at-once", "2", "--until-decided"], "leave --at-once out"),
  ])
  func whatItDoesNotTake(options: [String], words: String) throws {
    let outcome = try BuiltCommand.run(["run", "tiny"] + options, in: project.url)
    #expect(outcome.status != 0 && outcome.complaints.contains(words), "\(outcome.complaints)")
  }
}
