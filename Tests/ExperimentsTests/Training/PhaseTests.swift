import Experiments
import Foundation
import Proofs
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// Training in phases: what each changes, what it leaves, and that an interruption in any of them costs no bit.
@Suite struct PhaseTests {
  /// Two phases: everything by the batch's statistics, then the part task alone, its classifiers drawn anew.
  private static let experiment = """
    title: Two phases
    dataset: tiny
    backbone: { block: basic, blocks: [1, 1, 1, 1], width: 8 }
    input: { size: [96, 32] }
    head: { width: 8 }
    tasks: { global: {}, part: { parts: 2 } }
    evaluate: { batch: 16 }
    seeds: [1]
    train:
      batch: 8
      rate: { new: 0.05, step: { at: [1] } }
      phases:
        - { name: all, epochs: 2 }
        - { name: parts, epochs: 2, batch: 16, frozen: [backbone, global, log_variance], batch_norm: running, fresh: [part], rate: { new: 0.02 } }
    """

  private func project() throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(Self.experiment, to: "experiments/tiny.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  @discardableResult
  private func run(
    _ project: TinyProject, _ overrides: [String] = [], isInterrupted: () -> Bool = { false },
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> RunRecord {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
    let results = try ExperimentRunner(plan, project: project.url, store: store(project))
      .run(threads: 1, isInterrupted: isInterrupted, report: report)
    return try #require(results.first).record
  }

  private func tensors(_ record: RunRecord) throws -> [String: StoredTensor] {
    try SafeTensors(contentsOf: record.folder.appendingPathComponent("checkpoint.safetensors")).tensors
  }

  @Test func eachPhaseIsATrainingOfItsOwn() throws {
    var images: [Int] = []
    var total = 0
    let project = try project()
    let record = try run(
      project,
      report: { event in
        guard case .training(_, _, _, let progress) = event else { return }
        images.append(progress.images)
        total = progress.of
      })
    // 48 images: six steps of eight, then three of sixteen.
    #expect(record.epochs.map(\.steps) == [6, 6, 3, 3] && record.epochs.map(\.images) == [48, 48, 48, 48])
    #expect(record.epochs.map(\.phase) == ["all", "all", "parts", "parts"])
    #expect(record.epochs.map(\.epoch) == [1, 2, 3, 4])
    // The steps count each phase's own epochs.
    for (epoch, rate) in zip(record.epochs, [0.05, 0.005, 0.02, 0.002]) {
      #expect(abs((epoch.rates["new"] ?? 0) - rate) < 1e-12)
    }
    #expect(images == images.sorted() && images.last == 192 && total == 192 && images.count == 18)
    #expect(record.epochs[2].losses["part"] ?? 0 > (record.epochs[1].losses["part"] ?? 0), "drawn anew")
    #expect(record.epochs[3].losses["part"] ?? 9 < record.epochs[2].losses["part"] ?? 0)

    // The first phase alone ends where the second begins.
    let first = try self.project()
    let before = try tensors(
      try run(first, ["train.phases=[{name: all, epochs: 2}]"]))
    let after = try tensors(record)
    for (name, tensor) in after where name.hasPrefix("model.") {
      let isFrozen = !name.hasPrefix("model.part_heads.")
      #expect((before[name] == tensor) == isFrozen, "\(name)")
    }
    for (name, tensor) in after where name.hasPrefix("momentum.") && !name.hasPrefix("momentum.part_heads.") {
      #expect(tensor.floats.allSatisfy { $0 == 0 }, "\(name): a fresh optimiser, and nothing that moves it")
    }
    #expect(after["model.part_heads.0.bn.running_mean"]?.floats.allSatisfy { $0 == 0 } == true)
  }

  /// One phase of the same words as `train` is the same training.
  @Test func aSinglePhaseIsTheTrainingWithoutPhases() throws {
    let (plain, phased) = (try project(), try project())
    let whole = try run(plain, ["train.phases=none", "train.epochs=2"])
    let record = try run(phased, ["train.phases=[{name: all, epochs: 2}]"])
    #expect(record.identity.hash != whole.identity.hash)
    #expect(try tensors(record) == tensors(whole))
    #expect(record.epochs.map(\.loss) == whole.epochs.map(\.loss) && record.epochs.allSatisfy { $0.phase == nil })
  }

  @Test(arguments: [1, 6, 7, 12, 13, 15, 16, 17])
  func anInterruptionInAnyPhaseCostsNoBit(steps: Int) throws {
    let whole = try project()
    let record = try run(whole)
    let stopped = try project()
    var taken = 0
    #expect(throws: TrainingError.self) {
      try run(stopped) {
        taken += 1
        return taken == steps
      }
    }
    let resumed = try run(stopped)
    #expect(resumed.identity == record.identity)
    let agreement = try RunAgreement(of: record.identity, in: store(whole), and: store(stopped))
    for part in agreement.parts { #expect(part.difference == nil, "\(part.name)") }
  }

  /// What a process leaves that dies between two checkpoints, at the border of the phases among others.
  @Test(arguments: [11, 12, 13, 14])
  func aDeathAnywhereCostsNoBit(step: Int) throws {
    let whole = try project()
    let record = try run(whole)
    let (dying, after) = (try project(), try project())
    var taken = 0
    var failure: (any Error)?
    try run(
      dying,
      report: { event in
        guard case .training = event else { return }
        taken += 1
        guard taken == step else { return }
        do {
          try FileManager.default.copyItem(at: store(dying).root, to: store(after).root)
        } catch { failure = error }
      })
    if let failure { throw failure }
    try run(after)
    let agreement = try RunAgreement(of: record.identity, in: store(whole), and: store(after))
    for part in agreement.parts { #expect(part.difference == nil, "\(part.name)") }
  }

  @Test func identitiesFillBatches() throws {
    let sampler = "train.sampler={identities: {count: 4, images: 2}}"
    let (first, second) = (try project(), try project())
    let record = try run(first, [sampler, "train.phases=none", "train.epochs=2"])
    #expect(record.epochs.map(\.steps) == [6, 6])
    let shuffled = try run(first, ["train.phases=none", "train.epochs=2"])
    #expect(record.identity.hash != shuffled.identity.hash && record.epochs[0].loss != shuffled.epochs[0].loss)
    var taken = 0
    #expect(throws: TrainingError.self) {
      try run(second, [sampler, "train.phases=none", "train.epochs=2"]) {
        taken += 1
        return taken == 8
      }
    }
    #expect(try tensors(run(second, [sampler, "train.phases=none", "train.epochs=2"])) == tensors(record))
  }

  @Test func whatCannotBeIsSaidBeforeAnythingIsTrained() throws {
    let project = try project()
    func complaint(_ override: String) -> String {
      do {
        _ = try run(project, [override])
        return "accepted"
      } catch { return "\(error)" }
    }
    for (override, words) in [
      (
        "train.phases=[{name: a, frozen: [globe]}]",
        "train.phases[0].frozen[0]: the network has nothing called 'globe'; did you mean 'global'?"
      ),
      ("train.phases=[{name: a, fresh: [backbone.layer9]}]", "nothing called 'backbone.layer9'"),
      (
        "train.phases=[{name: a, frozen: [backbone, new, log_variance]}]",
        "train.phases[0].frozen: everything is frozen, so nothing would be learned"
      ),
      (
        "train.phases=[{name: a, batch: 64}]",
        "train.phases[0].batch: a batch of 64 is larger than the 48 training images"
      ),
      (
        "train.phases=[{name: a, batch: 20, sampler: {identities: {count: 10, images: 2}}}]",
        "a batch has 10 identities and tiny has 8 to train on; take a count of at most 8"
      ),
    ] {
      #expect(complaint(override).contains(words), "\(complaint(override))")
    }
    #expect(!FileManager.default.fileExists(atPath: store(project).root.path))
  }
}
