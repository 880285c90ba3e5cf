import Experiments
import Foundation
import Proofs
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// `train.shards`: runs whose batches are computed in shards.
@Suite struct ShardedRunTests {
  @Test func threadsAndInterruptionsChangeNoBit() throws {
    let whole = try TinyProject()
    let record = try whole.runAll(["train.shards=4"])
    let threaded = try TinyProject()
    #expect(try threaded.runAll(["train.shards=4"], threads: 2).identity == record.identity)
    try whole.expectAgreement(record, with: threaded)

    let interrupted = try TinyProject()
    var steps = 0
    #expect(throws: TrainingError.self) {
      try interrupted.runAll(
        ["train.shards=4"], isInterrupted: { steps == 4 },
        report: { if case .training = $0 { steps += 1 } })
    }
    #expect(try interrupted.runAll(["train.shards=4"]).identity == record.identity)
    try whole.expectAgreement(record, with: interrupted)
  }

  @Test func oneShardIsTheRunWithoutTheKey() throws {
    let (first, second) = (try TinyProject(), try TinyProject())
    let plain = try first.runAll([])
    #expect(try second.runAll(["train.shards=1"]).identity == plain.identity)
    try first.expectAgreement(plain, with: second)
    #expect(try second.runAll(["train.shards=2"]).identity != plain.identity)
  }

  /// The first loss, which nothing has moved yet, is the same but for rounding; what a task pulls at, too.
  @Test func shardsMeasureTheSame() throws {
    let overrides = ["train.gauge=true", "train.batch=48", "train.epochs=1"]
    let whole = try #require(try TinyProject().runAll(overrides).epochs.first)
    let sharded = try #require(try TinyProject().runAll(overrides + ["train.shards=8"]).epochs.first)
    #expect(abs(whole.loss - sharded.loss) < 1e-6 * whole.loss)
    let (one, other) = (try #require(whole.gauge), try #require(sharded.gauge))
    for (task, norm) in one.gradients { #expect(abs(norm - (other.gradients[task] ?? 0)) < 1e-5 * norm, "\(task)") }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let project = try TinyProject()
    for (overrides, words) in [
      (["train.shards=3"], ["train.shards", "1, 2, 4 or 8 shards"]),
      (
        ["train.shards=8", "train.batch=12"],
        [
          "train.shards",
          "a batch of 12 images (train.batch) does not fall into 8 equal shards; take a batch of 8 or 16",
        ]
      ),
      (
        ["train.shards=4", "train.phases=[{name: one}, {name: two, batch: 10}]"],
        ["a batch of 10 images (train.phases[1].batch) does not fall into 4 equal shards"]
      ),
      (
        ["train.shards=2", "tasks={global: {}, verification: {}}"],
        ["train.shards", "the verification task looks for pairs among all images of a batch, which 2 shards cut apart"]
      ),
    ] {
      let error = #expect(throws: (any Error).self) { try project.runAll(overrides) }
      let text = error.map { "\($0)" } ?? ""
      for word in words { #expect(text.contains(word), "\(text)") }
    }
  }
}
