import Experiments
import Foundation
import Proofs
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// Runs that several ranks train together, here threads of one process.
@Suite struct RankedRunTests {
  private static func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  /// Runs the tiny experiment's variant with all tasks as so many ranks; nil at every rank but the first.
  private static func run(
    _ project: TinyProject, ranks count: Int, _ overrides: [String], stop: (@Sendable (_ asked: Int) -> Bool)? = nil
  ) throws -> RunRecord? {
    try ThreadRanks.run(count) { ranks -> RunRecord? in
      let plan = try ExperimentLibrary(project: project.url).plan(
        "tiny", overrides: ["train.epochs=2", "train.shards=4"] + overrides)
      let runner = try ExperimentRunner(
        [plan], in: Project(project.url, runs: store(project).root), among: ranks)
      // The last rank is asked to stop: all do.
      var asked = 0
      func isInterrupted() -> Bool {
        asked += 1
        return ranks.rank == ranks.count - 1 && stop?(asked) ?? false
      }
      guard ranks.isLeader else {
        guard case .begin = try ranks.order() else { return nil }
        try runner.follow(variants: ["all"], threads: 1, loaderThreads: 1, isInterrupted: isInterrupted)
        return nil
      }
      do {
        try ranks.give(.begin)
        let records = try runner.run(variants: ["all"], threads: 1, isInterrupted: isInterrupted)
        try ranks.give(.end)
        return records.first?.record
      } catch {
        try ranks.give(.end)
        throw error
      }
    }.compactMap { $0 }.first
  }

  private func expectAgreement(_ record: RunRecord, _ first: TinyProject, _ second: TinyProject) throws {
    for part in try RunAgreement(of: record.identity, in: Self.store(first), and: Self.store(second)).parts {
      #expect(part.count > 0 && part.difference == nil, "\(part.name)")
    }
  }

  @Test func anyNumberOfRanksGivesTheSameBits() throws {
    let alone = try TinyProject()
    let record = try #require(try Self.run(alone, ranks: 1, []))
    for count in [2, 4] {
      let project = try TinyProject()
      #expect(try Self.run(project, ranks: count, [])?.identity == record.identity)
      try expectAgreement(record, alone, project)
    }
  }

  /// With what is drawn by chance, held-out people, phases and the gauge.
  @Test func phasesAndChanceAreShared() throws {
    let overrides = [
      "dataset.validation.identities=0.25", "dataset.validation.every=1", "train.gauge=true",
      "tasks={global: {}, strips: {parts: 6, dropout: 0.5}, identity: {dropout: 0.5}}", "loss.weights=uncertainty",
      "train.phases=[{name: one, epochs: 1, augment: {cut_out: 0.5}}, {name: two, epochs: 1, batch_norm: running}]",
    ]
    let (alone, together) = (try TinyProject(), try TinyProject())
    let record = try #require(try Self.run(alone, ranks: 1, overrides))
    let other = try #require(try Self.run(together, ranks: 2, overrides))
    try expectAgreement(record, alone, together)
    #expect(record.epochs.map(\.gauge) == other.epochs.map(\.gauge) && record.epochs[0].gauge != nil)
    #expect(record.epochs.map(\.validation) == other.epochs.map(\.validation) && record.epochs[0].validation != nil)
  }

  /// A run that two ranks began and were asked to leave goes on with four.
  @Test func aStopReachesAllRanks() throws {
    let (alone, project) = (try TinyProject(), try TinyProject())
    let record = try #require(try Self.run(alone, ranks: 1, []))
    let error = #expect(throws: TrainingError.self) { try Self.run(project, ranks: 2, [], stop: { $0 == 9 }) }
    guard case .interrupted = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(Self.store(project).has(.checkpoint, of: record.identity))
    #expect(try Self.run(project, ranks: 4, [])?.identity == record.identity)
    try expectAgreement(record, alone, project)
  }

  /// The layer that is named is the first one of any shard.
  @Test func divergenceReachesAllRanks() throws {
    let found = try [1, 2, 4].map { count -> Divergence in
      let error = #expect(throws: TrainingError.self) {
        try Self.run(TinyProject(), ranks: count, ["train.rate={new: 100}"])
      }
      guard case .unfinished(let runs) = error else { throw TrainingError.interrupted }
      return try #require(runs.diverged.first)
    }
    for other in found {
      #expect((other.epoch, other.step) == (found[0].epoch, found[0].step) && other.place == found[0].place)
    }
  }

  @Test func whatCannotBeSharedOutIsRefused() throws {
    let error = #expect(throws: PlainError.self) {
      try Self.run(TinyProject(), ranks: 4, ["train.shards=2"])
    }
    #expect(error?.description.contains("4 processes cannot share out 2 shards of a batch (train.shards: 2)") == true)
    #expect(error?.description.contains("train.shards=4") == true)
  }

  @Test func differencesAreNamed() throws {
    let error = #expect(throws: PlainError.self) {
      try ThreadRanks.run(4) { ranks in
        try ranks.requireAgreement(["same", ranks.rank == 2 ? "Zen" : "Haswell"], on: ["program", "kernel set"])
      }
    }
    #expect(error?.description == "rank 2 has another kernel set than rank 0: Zen, not Haswell")
  }
}
