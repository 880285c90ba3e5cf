import Datasets
import Experiments
import Foundation
import Proofs
import Retrieval
import Runs
import Support
import Tensors
import TestSupport
import Testing

@Suite struct RunnerTests {
  /// Runs the tiny experiment and gives the records of its runs.
  @discardableResult
  private func run(
    _ project: TinyProject, _ overrides: [String] = [], variants: [String]? = nil, threads: Int = 1,
    loaderThreads: Int = 1, isInterrupted: () -> Bool = { false }, report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> [RunRecord] {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
    let runner = try ExperimentRunner(plan, project: project.url, store: store(project))
    return try runner.run(
      variants: variants, threads: threads, loaderThreads: loaderThreads, isInterrupted: isInterrupted, report: report
    ).map(\.record)
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func tensors(_ record: RunRecord, _ file: String) throws -> [String: StoredTensor] {
    try SafeTensors(contentsOf: record.folder.appendingPathComponent(file)).tensors
  }

  @Test func everyRunLeavesItsWholeRecord() throws {
    let project = try TinyProject()
    let records = try run(project)
    #expect(records.map(\.identity.variant) == ["all", "plain"])
    for record in records {
      #expect(record.epochs.map(\.epoch) == [1, 2, 3])
      #expect(record.epochs.allSatisfy { $0.steps == 6 && $0.images == 48 })
      let metrics = try #require(record.metrics)
      #expect(metrics.retrieval.queries == 4)
      #expect((0.0...1.0).contains(metrics.retrieval.mAP))
      #expect(record.provenance?.threads == 1)
      for file in RunStore.File.allCases where ![.pairs, .combined].contains(file) {
        #expect(store(project).has(file, of: record.identity), "\(file)")
      }
    }
    let all = records[0].epochs[0]
    #expect(Set(all.losses.keys) == ["global", "part", "attribute", "attention"])
    #expect(Set(try #require(all.sigma).keys) == Set(all.losses.keys))
    #expect(records[1].epochs[0].sigma == nil)
    #expect(records[1].epochs[0].weights == ["global": 1])
    #expect(abs(try #require(records[1].epochs[2].rates["new"]) - 0.005) < 1e-12)
    #expect(records[0].metrics?.descriptorLength == 12 * 16)
    // The loss of six steps on eight colours must fall.
    #expect(records[1].epochs[2].loss < records[1].epochs[0].loss)
  }

  @Test func rerankingAndAttributesAreRecorded() throws {
    let project = try TinyProject()
    let records = try run(project, ["evaluate.rerank={k1: 5, k2: 2, variant: d4, junk: in}"])
    let plain = try #require(records[1].metrics)
    #expect(plain.attributes == nil, "the task is off")
    for metrics in records.compactMap(\.metrics) {
      let reranked = try #require(metrics.reranked)
      #expect(reranked.queries == 4 && (0.0...1.0).contains(reranked.mAP))
    }
    // The record is what the stored descriptors give.
    let file = records[0].folder.appendingPathComponent("descriptors.safetensors")
    let again = try RetrievalReport(scoring: file, reranking: ReRanking(k1: 5, k2: 2, variant: .d4, junk: .in))
    #expect(again.reranked?.figures.mAP == records[0].metrics?.reranked?.mAP)
    #expect(again.plain.mAP == records[0].metrics?.retrieval.mAP)

    let attributes = try #require(records[0].metrics?.attributes)
    let names = Set(AttributeScheme.market1501.attributes.map(\.name)).subtracting(["age"])
    #expect(names.isSubset(of: attributes.accuracy.keys))
    #expect(
      attributes.majority.keys == attributes.accuracy.keys && attributes.balanced.keys == attributes.accuracy.keys)
    #expect(abs(attributes.mean - attributes.accuracy.values.reduce(0, +) / Double(attributes.accuracy.count)) < 1e-12)
    // Identities 11 to 14 with three gallery images each; labels are identity % classes where that is 0 or 1.
    #expect(attributes.majority["gender"] == 0.5 && attributes.ceiling["gender"] == 1)
    #expect(attributes.ceiling["upper_color"] == 0, "none of 11 … 14 has a colour 0 or 1 of nine")
    for (name, accuracy) in attributes.accuracy { #expect(accuracy <= attributes.ceiling[name] ?? -1) }
    // A plan without re-ranking is another run, and its record has none.
    let other = try run(project)
    #expect(other[0].identity.hash != records[0].identity.hash && other[0].metrics?.reranked == nil)
  }

  @Test func whatWouldSpoilTheEvaluationStopsBeforeTraining() throws {
    let project = try TinyProject()
    let gallery = project.url.appendingPathComponent("data/tiny/bounding_box_test")
    for name in try FileManager.default.contentsOfDirectory(atPath: gallery.path) where name.hasPrefix("0013") {
      try FileManager.default.removeItem(at: gallery.appendingPathComponent(name))
    }
    var events = 0
    let error = #expect(throws: PlainError.self) {
      try run(project, report: { if case .training = $0 { events += 1 } })
    }
    #expect(error?.description.contains("with queries but not in the gallery: 0013") == true)
    #expect(events == 0)
    #expect(store(project).survey().records.isEmpty)
  }

  @Test func aSecondCallTrainsNothing() throws {
    let project = try TinyProject()
    let first = try run(project)
    let checkpoint = first[0].folder.appendingPathComponent("checkpoint.safetensors").path
    let written = try FileManager.default.attributesOfItem(atPath: checkpoint)[.modificationDate] as? Date
    var found = 0
    let watch: (ExperimentRunner.Event) -> Void = { event in
      switch event {
      case .found: found += 1
      case .remark, .reading: break
      default: Issue.record("\(event)")
      }
    }
    try run(project, report: watch)
    #expect(found == 2)
    #expect(try FileManager.default.attributesOfItem(atPath: checkpoint)[.modificationDate] as? Date == written)
  }

  @Test func sameBitsInAnotherFolderOnAnyNumberOfThreads() throws {
    let first = try TinyProject()
    let record = try run(first, variants: ["all"])[0]
    for (threads, loaderThreads) in [(1, 3), (2, 1), (3, 2)] {
      let second = try TinyProject()
      let again = try run(second, variants: ["all"], threads: threads, loaderThreads: loaderThreads)[0]
      #expect(again.identity == record.identity)
      let agreement = try RunAgreement(of: record.identity, in: store(first), and: store(second))
      for part in agreement.parts {
        #expect(part.count > 0 && part.difference == nil, "\(threads) and \(loaderThreads) threads: \(part.name)")
      }
    }
  }

  @Test(arguments: [1, 5, 6, 7, 17])
  func anInterruptedRunEndsWithTheSameBits(steps: Int) throws {
    let whole = try run(TinyProject(), variants: ["all"])[0]
    let project = try TinyProject()
    var taken = 0
    #expect(throws: TrainingError.self) {
      try run(
        project, variants: ["all"],
        isInterrupted: {
          taken += 1
          return taken == steps
        })
    }
    #expect(store(project).survey().records.first?.metrics == nil)
    let resumed = try run(project, variants: ["all"])[0]
    #expect(try tensors(resumed, "checkpoint.safetensors") == tensors(whole, "checkpoint.safetensors"))
    #expect(resumed.epochs.map(\.loss) == whole.epochs.map(\.loss))
    #expect(resumed.metrics?.retrieval == whole.metrics?.retrieval)
  }

  @Test func aDivergingRunStopsWithItsPlace() throws {
    let error = #expect(throws: TrainingError.self) {
      try run(TinyProject(), ["train.rate.new=100"], variants: ["all"])
    }
    #expect("\(try #require(error))".contains("tiny, all, seed 1: the "))
  }

  @Test func anEpochsPlanUsesEachImageOnceAndDrawsAnewForEach() {
    let first = TrainingData.epochPlan(images: 50, batch: 8, flip: true, seed: 1, epoch: 0)
    #expect(first.count == 6 && first.allSatisfy { $0.count == 8 })
    let indices = first.flatMap { $0.map(\.index) }
    #expect(Set(indices).count == 48 && indices.allSatisfy((0..<50).contains))
    let flips = first.flatMap { $0.map(\.flip) }
    #expect(flips.contains(true) && flips.contains(false))
    #expect(first == TrainingData.epochPlan(images: 50, batch: 8, flip: true, seed: 1, epoch: 0))
    #expect(first != TrainingData.epochPlan(images: 50, batch: 8, flip: true, seed: 1, epoch: 1))
    #expect(first != TrainingData.epochPlan(images: 50, batch: 8, flip: true, seed: 2, epoch: 0))
    let straight = TrainingData.epochPlan(images: 50, batch: 8, flip: false, seed: 1, epoch: 0)
    #expect(straight.flatMap { $0.map(\.index) } == indices && straight.allSatisfy { $0.allSatisfy { !$0.flip } })
  }
}
