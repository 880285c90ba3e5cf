import Experiments
import Foundation
import Models
import Proofs
import Retrieval
import Runs
import Support
import Tensors
import TestSupport
import Testing
import Trained

/// A run whose ranking has a second stage: the nearest gallery images of each query are judged in pairs.
struct PairStageTests {
  /// The tiny project with one variant that judges pairs.
  private func project() throws -> TinyProject {
    let project = try TinyProject()
    let common = TinyProject.experiment.components(separatedBy: "variants:")[0]
    try project.folder.write(
      """
      \(common)
      variants:
        plain:
          tasks: [global, { pairs: { scales: 2, width: 8, group: 2 } }]
          loss: { weights: { global: 1, pairs: 1 } }
          train: { sampler: { groups: { images: 2 } } }
          evaluate: { batch: 4, pairs: { first: 5 } }
      """, to: "experiments/tiny.yaml")
    return project
  }

  private func runner(_ project: TinyProject, _ overrides: [String] = []) throws -> ExperimentRunner {
    let plan = try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
    return try ExperimentRunner(plan, project: project.url, store: store(project))
  }

  private func run(_ project: TinyProject, _ overrides: [String] = [], threads: Int = 1) throws -> RunRecord {
    try #require(try runner(project, overrides).run(threads: threads).first?.record)
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  @Test("ranks, metrics and whatever reads the stored run agree on the final order")
  func readers() throws {
    let project = try self.project()
    let record = try run(project)
    let metrics = try #require(record.metrics)
    #expect(metrics.firstStage != nil && metrics.firstStage?.queries == 4)
    // What is scored from the files.
    let report = try RetrievalReport(
      scoring: record.folder.appendingPathComponent("descriptors.safetensors"),
      pairs: record.folder.appendingPathComponent("pairs.safetensors"))
    #expect(report.pairs?.mAP == metrics.retrieval.mAP && report.plain.mAP == metrics.firstStage?.mAP)
    // What a search finds: the first images of each query are those of least distance, P(different).
    let trained = try TrainedRun(record.folder, in: Project(project.url), threads: 1)
    let stored = try StoredGallery(of: trained)
    let pairs = try #require(stored.pairs)
    #expect(pairs.first == 5 && pairs.places.count == 20)
    let gallery = SearchGallery(stored, of: trained)
    let search = Search(gallery, normalize: false, second: SecondStage(of: trained, stored: stored))
    let finder = QueryFinder(trained, stored: stored)
    let ranks = try #require(try store(project).ranks(of: record.identity))
    for place in 0..<4 {
      let query = try finder.query(place)
      let answer = try search.rank(for: query)
      let ranking = try #require(ranks.first { $0.query == query.image.name })
      #expect(answer.hits.filter { $0.isRight == true }.map(\.rank) == ranking.matchRanks)
      let judged = Set(pairs.places[place * 5..<place * 5 + 5])
      #expect(answer.hits.filter { judged.contains($0.index) }.allSatisfy { ($0.distance ?? 2) <= 1.0001 })
      #expect(answer.hits.filter { !judged.contains($0.index) }.allSatisfy { ($0.distance ?? 0) > 1 })
      // The same picture as a photograph goes through the model, and finds the same.
      let copy = project.url.appendingPathComponent("photograph-\(place).jpg")
      try FileManager.default.copyItem(at: query.image.file, to: copy)
      let photograph = try search.rank(for: try finder.find(copy.path))
      let distances = Dictionary(uniqueKeysWithValues: photograph.hits.map { ($0.index, $0.distance ?? -1) })
      for hit in answer.hits { #expect(abs((distances[hit.index] ?? -1) - (hit.distance ?? 0)) < 1e-3) }
    }
    let figures = try FigureMaker(trained, size: .init(queries: 2, worst: 1, top: 3))
    let written = try figures.write(to: project.url.appendingPathComponent("figures"))
    let rows = try #require(written.figures.first { $0.name == "ranking" }).rows
    for row in rows {
      let ranking = try #require(ranks.first { $0.query == row.image })
      #expect(row.numbers["average_precision"] == ranking.averagePrecision)
    }
  }

  @Test("the same bits on any number of threads, and after an interruption among the pairs")
  func repeatable() throws {
    let first = try project()
    let record = try run(first)
    for threads in [2, 3] {
      let project = try self.project()
      var isAmongPairs = false
      var seen = 0
      let interrupted = try runner(project)
      #expect(throws: TrainingError.self) {
        try interrupted.run(
          threads: threads, isInterrupted: { isAmongPairs },
          report: { event in
            if case .evaluating(_, .pairs, let done, let total) = event {
              isAmongPairs = true
              seen = done
              #expect(total == 14)
            }
          })
      }
      #expect(seen == 4)
      // It goes on where it stood.
      var judged: [Int] = []
      let resumed = try runner(project)
      let again = try #require(
        try resumed.run(
          threads: threads,
          report: { if case .evaluating(_, .pairs, let done, _) = $0 { judged.append(done) } }
        ).first?.record)
      #expect(judged == [8, 12, 14])
      #expect(again.identity == record.identity)
      let agreement = try RunAgreement(of: record.identity, in: store(first), and: store(project))
      #expect(agreement.parts.map(\.name).contains("pairs"))
      for part in agreement.parts { #expect(part.difference == nil, "\(threads) threads: \(part.name)") }
    }
  }

  @Test("judging all leaves no order to the descriptors, and a cosine first stage is one of unit length")
  func choices() throws {
    let project = try self.project()
    let all = try run(project, ["evaluate.pairs={first: all, first_stage: cosine}"])
    let trained = try TrainedRun(all.folder, in: Project(project.url), threads: 1)
    let stored = try StoredGallery(of: trained)
    // 14 gallery images, one of them junk.
    #expect(stored.pairs?.first == 13 && trained.settings.evaluate.isNormalized)
    #expect(Settings.Evaluate().yaml.entries?.contains { $0.key == "pairs" } == false, "no older run gets another name")
    let plain = try run(project, ["evaluate.pairs=none"])
    #expect(plain.metrics?.firstStage == nil && !store(project).has(.pairs, of: plain.identity))
    let unit = try RetrievalProtocol.evaluate(query: stored.query, gallery: stored.gallery, normalize: true)
    #expect(all.metrics?.firstStage?.mAP == unit.mAP)
    try FileManager.default.removeItem(at: all.folder.appendingPathComponent("pairs.safetensors"))
    let error = #expect(throws: TrainedRun.Failure.self) { try StoredGallery(of: trained) }
    #expect(error?.description.hasSuffix("remove metrics.json beside it, and aanet run writes both anew") == true)
  }

  @Test(
    "what does not fit together is named with what to change",
    arguments: [
      (
        "evaluate: { pairs: {} }",
        "evaluate.pairs: no task judges pairs; add pairs to tasks, or leave evaluate.pairs out"
      ),
      (
        "tasks: { pairs: {} }\ntrain: { sampler: { groups: { images: 4 } } }\nloss: { weights: { pairs: 1 } }\nevaluate: { pairs: {}, rerank: {} }",
        "evaluate.rerank: k-reciprocal encoding compares descriptors, and the ranking is by pairs; leave one of rerank and "
          + "pairs out"
      ),
      (
        "tasks: { pairs: { group: 4 } }\nloss: { weights: { pairs: 1 } }",
        "tasks.pairs.group: pairs are made of groups of 4 images, and batches come without groups; take train.sampler: { "
          + "groups: { images: 4 } }"
      ),
      (
        "tasks: { pairs: {} }\ntrain: { sampler: { groups: { images: 4 } } }\nloss: { weights: { pairs: 1 } }\nevaluate: { pairs: { first: 0 } }",
        "evaluate.pairs.first: 0 is out of range; from 1 to 1000000"
      ),
      (
        "tasks: { pairs: {} }\ntrain: { sampler: { groups: { images: 4 } } }\nloss: { weights: { pairs: 1 } }\nevaluate: { pairs: { first: some } }",
        "evaluate.pairs.first: expected a whole number from 1, or all, found the text 'some'"
      ),
    ])
  func faults(_ text: String, _ complaint: String) throws {
    let found = try #require(try TemporaryProject.complaint("dataset: d\n\(text)"))
    #expect(found.hasSuffix(complaint), "\(found)")
  }
}
