import Experiments
import Foundation
import Proofs
import Runs
import Support
import TestSupport
import Tensors
import Testing

/// What phases do beside freezing: mining triplets, transforming parameters, dropping out numbers, cutting out rectangles,
/// groups of images; and that a stop or a death anywhere in them costs no bit.
@Suite struct MethodPhaseTests {
  private static let common = """
    title: Phases of methods
    dataset: tiny
    backbone: { block: basic, blocks: [1, 1, 1, 1], width: 8, last_stride: 2 }
    input: { size: [64, 32] }
    head: { width: 8 }
    evaluate: { batch: 16 }
    seeds: [1]

    """
  /// 48 images: epochs of four steps of twelve; triplets for six steps at a time, over the border of an epoch.
  private static let mining =
    common + """
      tasks: [embedding]
      loss: { weights: { embedding: 1 } }
      train:
        batch: 12
        rate: { new: 0.01, step: { at: [] } }
        phases:
          - { name: in batches, epochs: 1, sampler: { identities: { count: 4, images: 3 } } }
          - name: mined
            epochs: 3
            batch_norm: running
            sampler: { triplets: { count: 4, pool: 30, hardest: 5, refresh: 6 } }
            augment: { cut_out: 0.5 }

      """
  private static let transforming =
    common + """
      tasks: [{ orthogonal: { width: 16, dropout: 0.5 } }]
      loss: { weights: { orthogonal: 1 } }
      train:
        batch: 16
        rate: { new: 0.05, step: { at: [] } }
        phases:
          - { name: base, epochs: 1 }
          - repeat: 2
            phases:
              - { name: restraint, epochs: 1, batch_norm: running, transform: [orthogonal], frozen: [eigenlayer] }
              - { name: relaxation, epochs: 1, batch_norm: running }

      """

  private func project(_ experiment: String) throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(experiment, to: "experiments/tiny.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  @discardableResult
  private func run(
    _ project: TinyProject, _ overrides: [String] = [], threads: Int = 1, isInterrupted: () -> Bool = { false },
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> RunRecord {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
    let results = try ExperimentRunner(plan, project: project.url, store: store(project))
      .run(threads: threads, isInterrupted: isInterrupted, report: report)
    return try #require(results.first).record
  }

  private func requireSameBits(_ run: RunIdentity, in whole: TinyProject, and other: TinyProject) throws {
    let agreement = try RunAgreement(of: run, in: store(whole), and: store(other))
    for part in agreement.parts { #expect(part.difference == nil, "\(part.name)") }
  }

  /// Runs an experiment whole, and stopped at one of the questions whether to stop and taken up again: the same bits.
  ///
  /// - Returns: the whole run's record.
  @discardableResult
  private func requireNoBitLost(_ experiment: String, stoppedAt question: Int) throws -> RunRecord {
    let (whole, stopped) = (try project(experiment), try project(experiment))
    let record = try run(whole)
    var asked = 0
    #expect(throws: TrainingError.self) {
      try run(stopped) {
        asked += 1
        return asked == question
      }
    }
    try run(stopped)
    try requireSameBits(record.identity, in: whole, and: stopped)
    return record
  }

  @Test func tripletsAreMinedEverySoManySteps() throws {
    var mined: [Int] = []
    var steps = 0
    let whole = try project(Self.mining)
    let record = try run(
      whole,
      report: { event in
        switch event {
        case .mining(_, _, let done, let total):
          #expect(total == 30)
          if done == 0 { mined.append(steps) }
        case .training: steps += 1
        default: break
        }
      })
    // After the first phase's four steps, and every six from there on.
    #expect(mined == [4, 10] && steps == 16 && record.epochs.map(\.steps) == [4, 4, 4, 4])
    let threads = try project(Self.mining)
    try run(threads, threads: 2)
    try requireSameBits(record.identity, in: whole, and: threads)
  }

  /// Counted in questions whether to stop: after a step each, and after a batch of images that are described.
  @Test(arguments: 3...22)
  func aStopWhileTripletsAreMinedCostsNoBit(_ moment: Int) throws {
    try requireNoBitLost(Self.mining, stoppedAt: moment)
  }

  @Test func noiseIsCutOutOfImages() throws {
    let with = try run(project(Self.mining))
    let without = try run(project(Self.mining.replacing("cut_out: 0.5", with: "cut_out: 0")))
    #expect(with.epochs[0].loss == without.epochs[0].loss)
    #expect(with.epochs[3].loss != without.epochs[3].loss)
  }

  /// Small images first, then large ones, by a rate that falls smoothly.
  private static let growing =
    common + """
      tasks: [global]
      loss: { weights: { global: 1 } }
      train:
        batch: 16
        optimizer: { nesterov: true }
        rate: { new: 0.05, fall: { steps: 2, power: 0.5 } }
        phases:
          - { name: small, epochs: 2, size: [48, 24], augment: { cut_out: 0.3 } }
          - { name: large, epochs: 2 }

      """

  @Test(arguments: [1, 2, 3, 5, 6, 7, 11]) func aStopAmongImagesOfSeveralSizesCostsNoBit(_ steps: Int) throws {
    let record = try requireNoBitLost(Self.growing, stoppedAt: steps)
    for (epoch, rate) in zip(record.epochs, [0.05, 0.05 * 0.5.squareRoot(), 0.05, 0.05 * 0.5.squareRoot()]) {
      #expect(abs((epoch.rates["new"] ?? 0) - rate) < 1e-12)
    }
    let others = try run(project(Self.growing.replacing("size: [48, 24], ", with: "")))
    #expect(record.epochs[0].loss != others.epochs[0].loss)
  }

  @Test func weightVectorsAreMadeOrthogonalOnce() throws {
    var remarks: [String] = []
    let record = try run(
      project(Self.transforming),
      report: { if case .remark(let text) = $0, text.contains("at the start of") { remarks.append(text) } })
    #expect(remarks.count == 2 && remarks[0].contains("restraint 1") && remarks[1].contains("restraint 2"))
    #expect(record.epochs.map(\.phase) == ["base", "restraint 1", "relaxation 1", "restraint 2", "relaxation 2"])
    for (place, epoch) in record.epochs.enumerated() {
      let figures = try #require(epoch.measures)
      let correlation = try #require(figures["orthogonal.correlation"])
      guard place == 1 || place == 3 else {
        #expect(figures.count == 1 && correlation < 0.9999)
        continue
      }
      // In restraint the layer stands still.
      #expect(abs(correlation - 1) < 1e-5 && figures["orthogonal.correlation.after"] == correlation)
      #expect(figures["orthogonal.correlation.before"] == record.epochs[place - 1].measures?["orthogonal.correlation"])
    }
  }

  /// Three steps an epoch: in each, at each border, and after a death at a border.
  @Test(arguments: 1...14) func aStopAroundATransformationCostsNoBit(_ steps: Int) throws {
    try requireNoBitLost(Self.transforming, stoppedAt: steps)
  }

  @Test(arguments: [3, 4, 6, 9, 10, 12]) func aDeathAroundATransformationCostsNoBit(_ step: Int) throws {
    let (dying, after) = (try project(Self.transforming), try project(Self.transforming))
    var taken = 0
    var failure: (any Error)?
    let record = try run(
      dying,
      report: { event in
        guard case .training = event else { return }
        taken += 1
        guard taken == step else { return }
        do { try FileManager.default.copyItem(at: store(dying).root, to: store(after).root) } catch { failure = error }
      })
    if let failure { throw failure }
    try run(after)
    try requireSameBits(record.identity, in: dying, and: after)
  }

  @Test func aPhaseMayDoWithoutDropout() throws {
    let dropped = try run(project(Self.transforming))
    let kept = try run(project(Self.transforming.replacing("name: base", with: "name: base, dropout: false")))
    let none = try run(project(Self.transforming.replacing("dropout: 0.5", with: "dropout: 0")))
    #expect(dropped.epochs[0].loss != kept.epochs[0].loss && kept.epochs[0].loss == none.epochs[0].loss)
    #expect(kept.epochs[1].loss != none.epochs[1].loss)
  }

  @Test func groupsFillBatches() throws {
    let text = Self.mining.replacing("identities: { count: 4, images: 3 }", with: "groups: { images: 3 }")
    let record = try requireNoBitLost(text, stoppedAt: 2)
    #expect(try record.epochs[0].loss != run(project(Self.mining)).epochs[0].loss)
  }

  @Test func tripletsWantTwoImagesOfAnIdentity() throws {
    let project = try project(Self.mining)
    let train = project.url.appendingPathComponent("data/tiny/bounding_box_train")
    var seen: Set<Substring> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: train.path).sorted() {
      if !seen.insert(name.prefix(4)).inserted {
        try FileManager.default.removeItem(at: train.appendingPathComponent(name))
      }
    }
    do {
      try run(project, ["train.batch=6", "train.phases=[{name: a, sampler: {triplets: {count: 2, pool: 4}}}]"])
      Issue.record("trained")
    } catch { #expect("\(error)".contains("no identity of tiny has two training images"), "\(error)") }
  }
}
