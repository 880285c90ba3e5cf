import Foundation
import Models
import Runs
import Tensors
import TestSupport
import Testing

import Experiments

/// A run whose numbers stop being finite stops with its place, keeps its last good checkpoint, and is known as failed.
@Suite struct DivergenceTests {
  private let project: TinyProject
  private var store: RunStore { RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true)) }

  init() throws { project = try TinyProject() }

  private func run(
    _ overrides: [String], variants: [String] = ["plain"], isInterrupted: () -> Bool = { false },
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
    _ = try ExperimentRunner(plan, project: project.url, store: store)
      .run(variants: variants, threads: 1, isInterrupted: isInterrupted, report: report)
  }

  /// What a run left undone.
  private func left(_ overrides: [String], variants: [String] = ["plain"]) throws -> UnfinishedRuns {
    do { try run(overrides, variants: variants) } catch TrainingError.unfinished(let left) { return left }
    throw Unexpected()
  }

  private struct Unexpected: Error {}

  @Test func theLastGoodCheckpointIsKeptAndNamed() throws {
    // The first step, at this rate, is finite; soon after one is not.
    let rate = ["train.rate.new=100"]
    var steps = 0
    #expect(throws: TrainingError.self) {
      try run(rate) {
        steps += 1
        return steps == 1
      }
    }
    let made = try #require(store.identities().first)
    #expect(store.standing(of: made).state == .interrupted)
    let checkpoint = try Data(contentsOf: store.url(.checkpoint, of: made))
    let divergence = try #require(try left(rate).diverged.first)
    #expect(divergence.run == made && divergence.epoch >= 1 && divergence.step >= 1)
    let standing = store.standing(of: made)
    let failure = try #require(standing.failure)
    #expect(standing.state == .failed && failure.kind == .diverged)
    #expect(failure.epoch == divergence.epoch && failure.step == divergence.step)
    #expect(failure.layer == divergence.place.name && failure.checkpoint == divergence.checkpoint?.place)
    #expect(divergence.description.contains("aanet run tiny train.rate.new=10.0"))
    let stored = try SafeTensors(contentsOf: store.url(.checkpoint, of: made)).tensors
    #expect(stored.values.allSatisfy { $0.floats.allSatisfy(\.isFinite) })
    if divergence.epoch == 1 {
      #expect(failure.checkpoint == "epoch 0, step 1")
      #expect(try Data(contentsOf: store.url(.checkpoint, of: made)) == checkpoint)
    }
    #expect(!FileManager.default.fileExists(atPath: store.url(.metrics, of: made).path))
  }

  @Test func aPlantedWeightIsNamed() throws {
    // A file with NaN in it is refused; numbers that are finite and too large are not.
    let network = ResNetConfiguration(block: .basic, blocks: [1, 1, 1, 1], width: 16)
    let layer = "layer2.0.conv1"
    let tensors = network.tensors.reduce(into: [String: StoredTensor]()) { all, tensor in
      let value: Float = tensor.name == "\(layer).weight" ? 3e38 : tensor.name.hasSuffix(".bias") ? 1 : 0.01
      all[tensor.name] = StoredTensor(
        [Float](repeating: value, count: tensor.shape.reduce(1, *)), shape: tensor.shape)
    }
    try project.folder.write(Array(try SafeTensors(tensors: tensors).serialized()), to: "planted.safetensors")
    let divergence = try #require(try left(["backbone.weights=planted.safetensors"]).diverged.first)
    #expect(divergence.epoch == 1 && divergence.step == 1 && divergence.checkpoint == nil)
    #expect(divergence.description.contains("No checkpoint was written yet"))
    #expect(divergence.place.name?.hasPrefix("backbone.\(layer)") == true, "\(divergence.place)")
    let made = try #require(store.identities().first)
    #expect(!store.has(.checkpoint, of: made))
  }

  @Test func theOtherRunsGoOnAndARetryForgetsTheFailure() throws {
    try project.folder.write(
      TinyProject.experiment.replacing("plain: {", with: "wild: { train: { rate: { new: 100 } } }\n  plain: {"),
      to: "experiments/tiny.yaml")
    let left = try left([], variants: ["wild", "plain"])
    #expect(left.finished.map(\.trial.variant) == ["plain"] && left.diverged.map(\.run.variant) == ["wild"])
    #expect(left.occupied.isEmpty && left.lines.count == 1)
    let made = try #require(store.identities().first { $0.variant == "wild" })
    // A run that goes on has not failed while it does.
    var seen: [RunStanding.State] = []
    #expect(throws: TrainingError.self) {
      try run([], variants: ["wild"]) {
        seen.append(store.standing(of: made).state)
        return true
      }
    }
    #expect(seen == [.running] && store.standing(of: made).state == .interrupted)
  }

  @Test func anyOtherFaultIsRecordedToo() throws {
    struct Fault: Error {}
    try run(["train.epochs=1"])
    let made = try #require(store.identities().first)
    try FileManager.default.removeItem(at: store.url(.metrics, of: made))
    try FileManager.default.removeItem(at: store.url(.descriptors, of: made))
    try FileManager.default.createDirectory(at: store.url(.descriptors, of: made), withIntermediateDirectories: true)
    #expect(throws: (any Error).self) { try run(["train.epochs=1"]) }
    let failure = try #require(store.standing(of: made).failure)
    #expect(failure.kind == .error && failure.reason.contains("descriptors.safetensors"))
  }
}
