import Experiments
import Foundation
import Models
import Runs
import Tensors
import TestSupport
import Testing

/// `train.gauge`: what each task pulls at.
@Suite struct GaugeTests {
  private func run(
    _ variant: String, _ overrides: [String], _ experiment: String = TinyProject.experiment
  ) throws -> (RunRecord, [String: StoredTensor], TinyProject) {
    let project = try TinyProject()
    try project.folder.write(experiment, to: "experiments/tiny.yaml")
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: ["train.epochs=2"] + overrides)
    let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
    let record = try #require(
      try ExperimentRunner(plan, project: project.url, store: store).run(variants: [variant], threads: 1).first
    ).record
    let tensors = try SafeTensors(contentsOf: record.folder.appendingPathComponent("checkpoint.safetensors")).tensors
    return (record, tensors, project)
  }

  private static let dropout = """

      drops: { tasks: [{ strips: { parts: 6, dropout: 0.5 } }, { identity: {} }], loss: { weights: { strips: 1, identity: 1 } } }
      phases:
        tasks: [global, part]
        loss: { weights: { global: 1, part: 1 } }
        train: { phases: [{ name: heads, epochs: 1, frozen: [backbone], batch_norm: running }, { name: all, epochs: 1 }] }
    """

  /// Nothing of a run is other than without it: not a bit of what is trained, not the name.
  @Test(arguments: ["all", "plain", "drops", "phases"]) func itMovesNoBit(_ variant: String) throws {
    let experiment = TinyProject.experiment + Self.dropout
    let (plain, before, first) = try run(variant, [], experiment)
    let (gauged, after, second) = try run(variant, ["train.gauge=true"], experiment)
    #expect(plain.identity == gauged.identity)
    #expect(before.count == after.count && before.allSatisfy { after[$0.key] == $0.value })
    #expect(plain.metrics?.retrieval == gauged.metrics?.retrieval)
    #expect(
      plain.epochs.map(\.loss) == gauged.epochs.map(\.loss) && plain.epochs.map(\.losses) == gauged.epochs.map(\.losses)
    )
    #expect(plain.epochs.allSatisfy { $0.gauge == nil } && gauged.epochs.allSatisfy { $0.gauge != nil })
    // Each finds the other's run.
    for (project, overrides) in [(first, ["train.gauge=true"]), (second, [])] {
      let plan = try ExperimentLibrary(project: project.url).plan(
        "tiny", overrides: ["train.epochs=2"] + overrides)
      let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
      #expect(try plan.records(in: store).first { $0.trial.variant == variant }?.record?.identity == plain.identity)
    }
  }

  @Test func itSaysWhatEachTaskPullsAt() throws {
    let (record, _, _) = try run("all", ["train.gauge=true"])
    let gauge = try #require(record.epochs.last?.gauge)
    let tasks: Set = ["global", "part", "attribute", "attention"]
    #expect(Set(gauge.losses.keys) == tasks && Set(gauge.gradients.keys) == tasks)
    #expect(gauge.gradients.values.allSatisfy { $0 > 0 && $0.isFinite })
    let shares = try #require(gauge.shares)
    #expect(abs(shares.values.reduce(0, +) - 1) < 1e-12)
    // A weight that is four times as large pulls four times as hard, at the same network.
    let quarter =
      TinyProject.experiment + """

          quarter: { tasks: [global], loss: { weights: { global: 0.25 } } }
        """
    func pull(_ variant: String) throws -> (loss: Double, gradient: Double) {
      let record = try run(variant, ["train.gauge=true"], quarter).0
      let gauge = try #require(record.epochs.first?.gauge)
      return (try #require(gauge.losses["global"]), try #require(gauge.gradients["global"]))
    }
    let (one, four) = (try pull("quarter"), try pull("plain"))
    #expect(four.loss == 4 * one.loss)
    #expect(abs(four.gradient / one.gradient - 4) < 1e-9)
  }
}
