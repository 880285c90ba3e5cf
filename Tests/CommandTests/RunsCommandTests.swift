import Foundation
import Runs
import TestSupport
import Testing

/// `aanet runs` and its subcommands as a person meets them.
@Suite struct RunsCommandTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func aanet(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: project.url)
  }

  /// The rows that a command prints as JSON.
  private func rows(_ arguments: String...) throws -> [[String: Any]] {
    let outcome = try BuiltCommand.run(arguments + ["--format", "json"], in: project.url)
    return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
  }

  private func train() throws {
    let outcome = try aanet("run", "tiny", "train.epochs=1", "--variant", "plain", "--threads", "1")
    #expect(outcome.status == 0, "\(outcome.complaints)")
  }

  @Test func aRunAtWorkIsKnownUntilItIsKilled() throws {
    let command = ["run", "tiny", "train.epochs=10000", "--variant", "plain", "--threads", "1"]
    let worker = try StartedCommand(command, in: project.url)
    #expect(worker.wait { store.identities().contains { store.heartbeat(of: $0) != nil } })
    let running = try #require(try rows("runs").first)
    #expect(running["status"] as? String == "running")
    #expect((running["holder"] as? [String: Any])?["process"] as? Int == Int(worker.number))
    #expect((running["heartbeat"] as? [String: Any])?["open_files"] as? Int ?? 0 > 0)
    #expect(try aanet("runs").output.contains("epoch 1/10000, step "))

    let second = try BuiltCommand.run(command, in: project.url)
    #expect(second.status == 3)
    #expect(second.complaints.contains("not finished: tiny, plain, seed 1: left to process \(worker.number) on "))
    #expect(second.complaints.contains("aanet run tiny train.epochs=10000 --variant plain"))
    let refused = try aanet("runs", "remove", "tiny")
    #expect(refused.status == 2 && refused.complaints.contains("process \(worker.number) on "))

    worker.send(SIGKILL)
    #expect(worker.end() == -SIGKILL)
    let interrupted = try #require(try rows("runs").first)
    #expect(interrupted["status"] as? String == "interrupted" && interrupted["holder"] == nil)
    #expect(try aanet("runs").output.contains("last alive "))
    #expect(try aanet("runs", "remove", "tiny", "--unfinished").status == 0)
    #expect(try rows("runs").isEmpty)
  }

  @Test func aFailedRunSaysWhy() throws {
    let outcome = try aanet("run", "tiny", "train.rate.new=100", "--variant", "plain")
    #expect(outcome.status == 3)
    #expect(outcome.complaints.contains("not finished: tiny, plain, seed 1: the "))
    let run = try #require(try rows("runs").first)
    #expect(run["status"] as? String == "failed")
    #expect((run["failure"] as? [String: Any])?["kind"] as? String == "diverged")
    let listed = try aanet("runs")
    #expect(
      listed.status == 0 && listed.output.contains("failed") && listed.output.contains("tiny, plain, seed 1: the "))
  }

  @Test func aRecordChangedByHandIsNoticedEverywhere() throws {
    try train()
    #expect(try aanet("runs", "verify").output == "1 finished run: 1 as they were sealed\n")
    #expect(try rows("runs").first?["seal"] as? String == "intact")
    let file = store.url(.metrics, of: try #require(store.identities().first))
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing(#""queries" : 4"#, with: #""queries" : 5"#).write(to: file, atomically: true, encoding: .utf8)
    let listed = try aanet("runs")
    #expect(listed.status == 0 && listed.output.contains("changed by hand: metrics.json"))
    #expect(try rows("runs").first?["seal"] as? String == "changed")
    let verified = try aanet("runs", "verify", "tiny")
    #expect(verified.status == 1)
    #expect(verified.output.contains("tiny, plain, seed 1 was changed by hand since it was measured: metrics.json"))
    let again = try aanet("run", "tiny", "train.epochs=1", "--variant", "plain")
    #expect(again.status == 0 && again.complaints.contains("warning: tiny, plain, seed 1 was changed by hand"))
    try FileManager.default.removeItem(at: store.url(.seal, of: try #require(store.identities().first)))
    #expect(try aanet("runs", "verify").output == "1 finished run: 1 unsealed\n")
    #expect(try aanet("runs").output.contains("unsealed"))
  }

  @Test func whatIsRemovedCanBeRestored() throws {
    try train()
    let run = try #require(store.identities().first)
    let removed = try aanet("runs", "remove", "tiny", "--variant", "plain")
    #expect(removed.status == 0 && removed.output.contains("removed tiny/plain/seed-1-\(run.hash)"))
    #expect(store.identities().isEmpty)
    let listed = try aanet("runs", "trash")
    #expect(listed.output.contains("tiny/plain/seed-1-\(run.hash)") && listed.output.contains("aanet runs remove tiny"))
    let name = try #require(try rows("runs", "trash").first?["name"] as? String)
    #expect(removed.output.contains("aanet runs restore \(name)"))
    #expect(try aanet("runs", "restore", "tiny/plain").status == 0)
    #expect(store.identities() == [run])
    #expect(try aanet("runs", "verify").status == 0)

    #expect(try aanet("runs", "remove", String(run.hash.prefix(6))).status == 0)
    let unknown = try aanet("runs", "restore", "tinny/plain/1")
    #expect(unknown.status == 2 && unknown.complaints.contains("did you mean 'tiny/plain/1'?"))
    #expect(try aanet("runs", "restore").status == 0)
    #expect(store.identities() == [run])

    #expect(try rows("runs", "remove", "tiny").count == 1)
    #expect(try aanet("runs", "trash", "--empty").output.hasPrefix("1 run, "))
    #expect(try aanet("runs", "trash").output == "the trash is empty\n")
    #expect(try aanet("runs", "restore").status == 2)
  }

  @Test func namesOfAnyKindGoAndComeBack() throws {
    let names = ["a b", "$(touch x)", "--unfinished", "\"<i>\n", "é/ö", "..", String(repeating: "x", count: 200)]
    for (place, name) in names.enumerated() {
      let run = RunIdentity(experiment: "odd/\(name)", variant: name, seed: place, hash: "0123456789a\(place)")
      try store.writePlan("x\n", of: run)
    }
    let runs = store.identities()
    #expect(runs.count == names.count)
    for run in runs {
      let outcome = try aanet("runs", "remove", "--", "\(run.experiment)/\(run.variant)")
      #expect(outcome.status == 0, "\(outcome.complaints)")
    }
    #expect(store.identities().isEmpty)
    #expect(try rows("runs", "trash").count == names.count)
    for run in runs {
      #expect(try aanet("runs", "restore", "--", "\(run.experiment)/\(run.variant)").status == 0)
    }
    #expect(store.identities() == runs)
    #expect(project.folder.files().allSatisfy { $0 != "x" })
  }

  @Test func unknownNamesOfferTheNearest() throws {
    try train()
    #expect(try aanet("runs", "tinny").output.contains("did you mean 'tiny'?"))
    for command in [["runs", "verify", "tinny"], ["runs", "remove", "tinny"]] {
      let outcome = try BuiltCommand.run(command, in: project.url)
      #expect(outcome.status == 2 && outcome.complaints.contains("did you mean 'tiny'?"))
    }
    let variant = try aanet("runs", "remove", "tiny", "--variant", "plian")
    #expect(variant.status == 2 && variant.complaints.contains("did you mean 'plain'?"))
    #expect(try aanet("runs", "remove", "tiny", "--unfinished").output == "nothing to remove: all are finished\n")
    #expect(store.identities().count == 1)
    #expect(try aanet("runs", "tiny").output.contains("plain"), "an experiment's name is no subcommand's")
  }
}
