import Configuration
import Experiments
import Foundation
import Retrieval
import Runs
import Support
import Tensors
import TestSupport
import Testing
import Trained

/// Rows of several runs.
@Suite struct CombineTests {
  private static let variants = """

      both: { combine: [plain, deep], evaluate: { rerank: { k1: 4, k2: 2 } } }
      deep: { tasks: [global], loss: { weights: { global: 1 } }, backbone: { blocks: [2, 1, 1, 1] } }
    """

  private func project(_ variants: String = Self.variants) throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(TinyProject.experiment + variants + "\n", to: "experiments/tiny.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func plan(_ project: TinyProject, _ overrides: [String] = []) throws -> ExperimentPlan {
    try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
  }

  private func run(
    _ project: TinyProject, _ variants: [String]?, _ overrides: [String] = [], isInterrupted: () -> Bool = { false },
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> [(trial: Trial, record: RunRecord)] {
    try ExperimentRunner(plan(project, ["train.epochs=1"] + overrides), project: project.url, store: store(project))
      .run(variants: variants, threads: 1, isInterrupted: isInterrupted, report: report)
  }

  @Test func aRowIsRankedByTheDescriptorsOfItsRunsSideBySide() throws {
    let project = try project()
    let results = try run(project, ["both"])
    #expect(results.map(\.trial.variant) == ["plain", "deep", "both"])
    let (plain, deep, both) = (results[0].record, results[1].record, results[2].record)
    func set(_ name: String, of record: RunRecord) throws -> LabelledDescriptors {
      let file = record.folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
      return try LabelledDescriptors(named: name, in: SafeTensors(contentsOf: file))
    }
    for name in ["query", "gallery"] {
      let parts = [try set(name, of: plain), try set(name, of: deep)]
      let joined = try set(name, of: both)
      #expect(joined.labels == parts[0].labels)
      let width = joined.descriptors.dimension
      #expect(width == parts.reduce(0) { $0 + $1.descriptors.dimension })
      for row in 0..<joined.count {
        var expected: [Double] = []
        for part in parts {
          let size = part.descriptors.dimension
          let values = part.descriptors.values[row * size..<(row + 1) * size].map(Double.init)
          let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
          expected += values.map { $0 / length }
        }
        try Agreement.check(
          "\(name) \(row)", Array(joined.descriptors.values[row * width..<(row + 1) * width]), expected, within: 1e-6)
      }
    }
    let metrics = try #require(both.metrics)
    let scores = try RetrievalProtocol.evaluate(query: set("query", of: both), gallery: set("gallery", of: both))
    #expect(metrics.retrieval.mAP == scores.mAP && metrics.reranked != nil && both.epochs.isEmpty)
    #expect(metrics.parameters == (plain.metrics?.parameters ?? 0) + (deep.metrics?.parameters ?? 0))
    #expect(both.imagePasses == plain.imagePasses + deep.imagePasses && both.imagePasses == 96)
    // It says which runs it took, and its seal covers that.
    let taken = try #require(both.combined)
    #expect(taken.map(\.run) == [plain.identity, deep.identity])
    #expect(store(project).sealStatus(of: both.identity, .everything) == .intact)
    #expect(try plan(project, ["train.epochs=1"]).records(in: store(project)).compactMap(\.record).count == 3)
  }

  @Test func nothingIsTrainedTwiceAndAPlanStandsAlone() throws {
    let project = try project()
    let first = try run(project, ["both"])
    var found: [String] = []
    let again = try run(
      project, ["both"], report: { if case .found(let trial, _) = $0 { found.append(trial.variant) } })
    #expect(found == ["plain", "deep", "both"] && again.map(\.record.identity) == first.map(\.record.identity))
    // What the run left of its plan makes the row again.
    let text = try #require(try store(project).plan(of: first[2].record.identity))
    try project.folder.write(text, to: "experiments/again.yaml")
    let plan = try ExperimentLibrary(project: project.url).plan("again")
    let made = try ExperimentRunner(plan, project: project.url, store: store(project)).run(threads: 1)
    #expect(made.map(\.record.identity.hash) == first.map(\.record.identity.hash))
    // Its runs under another ranking are another row.
    let other = try run(project, ["both"], ["evaluate.normalize=true"])
    #expect(other[2].record.identity.hash != first[2].record.identity.hash)
  }

  @Test func theRowWaitsForARunThatStopped() throws {
    let project = try project()
    do {
      _ = try run(project, nil, ["train.rate.new=100", "train.epochs=3"])
      Issue.record("it ended")
    } catch TrainingError.unfinished(let left) {
      #expect(left.waiting.map(\.trial.variant) == ["both"], "\(left.lines)")
      #expect(left.lines.last?.contains("both, seed 1: waits for tiny, plain") == true, "\(left.lines)")
    }
    #expect(throws: TrainingError.self) { try run(project, ["both"], isInterrupted: { true }) }
    #expect(try run(project, ["both"]).count == 3)
  }

  @Test func damagedDescriptorsAreNamed() throws {
    let project = try project()
    let parts = try run(project, ["plain", "deep"])
    let file = parts[1].record.folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
    try Data(try Data(contentsOf: file).dropLast(100)).write(to: file)
    do {
      _ = try run(project, ["both"])
      Issue.record("it was ranked")
    } catch { #expect("\(error)".contains(file.lastPathComponent), "\(error)") }
  }

  @Test func whatNeedsANetworkSaysWhichToTake() throws {
    let project = try project()
    let results = try run(project, ["both"])
    for name in ["tiny/both", results[2].record.folder.path] {
      do {
        _ = try RunReference.folder(of: name, in: store(project))
        Issue.record("\(name) was taken")
      } catch {
        #expect(
          "\(error)".contains("has no network of its own") && "\(error)".contains("tiny/plain/seed-1-"), "\(error)")
      }
    }
    let row = try RunReference.open("tiny/both", in: Project(project.url), threads: 1)
    #expect(row.lackOfPredictions?.contains("tiny/plain/seed-1-") == true)
  }

  @Test func itIsSearchedAsItWasRanked() throws {
    let project = try project()
    let record = try #require(try run(project, ["both"]).last?.record)
    let row = try RunReference.open("tiny/both", in: Project(project.url), threads: 1)
    #expect(row.network == nil && row.isFinished && row.name == "tiny/both/seed-1-\(record.identity.hash)")
    let stored = try StoredGallery(of: row)
    let search = Search(SearchGallery(stored, of: row), normalize: row.settings.evaluate.isNormalized)
    let finder = QueryFinder(row, stored: stored)
    let ranks = try #require(try store(project).ranks(of: record.identity))
    for place in 0..<2 {
      let query = try finder.query(place)
      let answer = try search.rank(for: query)
      let ranking = try #require(ranks.first { $0.query == query.image.name })
      #expect(answer.hits.filter { $0.isRight == true }.map(\.rank) == ranking.matchRanks)
      // The same picture as a photograph goes through each network, and finds the same.
      let copy = project.url.appendingPathComponent("photograph-\(place).jpg")
      try FileManager.default.copyItem(at: query.image.file, to: copy)
      let photograph = try search.rank(for: try finder.find(copy.path))
      let distances = Dictionary(uniqueKeysWithValues: photograph.hits.map { ($0.index, $0.distance ?? -1) })
      for hit in answer.hits { #expect(abs((distances[hit.index] ?? -1) - (hit.distance ?? 0)) < 1e-3) }
    }
    let figures = try FigureMaker(row, size: .init(queries: 2, worst: 1, top: 3))
      .write(to: project.url.appendingPathComponent("figures"))
    #expect(figures.figures.map(\.name) == ["ranking"])
    #expect(figures.leftOut["parts"]?.contains("take one of tiny/plain/seed-1-") == true, "\(figures.leftOut)")
  }

  /// A damaged photograph is passed over once, whatever the number of networks, and the count goes over all of them.
  @Test func photographsGoThroughEachNetwork() throws {
    let project = try project()
    _ = try run(project, ["both"])
    let row = try RunReference.open("tiny/both", in: Project(project.url), threads: 1)
    let whole = try #require(try StoredGallery(of: row).dataset.gallery.first).file
    try project.folder.write("no picture", to: "damaged.jpg")
    var (skipped, done): ([Int], [Int]) = ([], [])
    let readings = try row.describe(
      [project.url.appendingPathComponent("damaged.jpg"), whole].map { Photograph($0) }, isInterrupted: { false },
      report: { event in
        switch event {
        case .skipped(let index, _): skipped.append(index)
        case .done(let images, 4): done.append(images)
        default: Issue.record("\(event)")
        }
      })
    #expect(skipped == [0] && done == [2, 4] && readings.map(\.index) == [1])
    #expect(readings[0].descriptor.count == row.descriptorLength)
  }

  @Test func aRunThatWasRemovedOrMadeAnewIsNamed() throws {
    let project = try project()
    let parts = try run(project, ["both"])
    let row = try RunReference.open("tiny/both", in: Project(project.url), threads: 1)
    let stored = try StoredGallery(of: row)
    let image = stored.dataset.gallery[0].file
    func complaint() -> String {
      do {
        _ = try row.describe([Photograph(image)], isInterrupted: { false }, report: { _ in })
        return "none"
      } catch { return "\(error)" }
    }
    let folder = parts[1].record.folder
    let file = folder.appendingPathComponent(RunStore.File.descriptors.rawValue)
    let whole = try Data(contentsOf: file)
    var longer = whole
    longer.append(0)
    try longer.write(to: file)
    #expect(complaint().contains("was made of other descriptors than tiny/deep/seed-1-"), "\(complaint())")
    try whole.write(to: file)
    #expect(complaint() == "none")
    try FileManager.default.removeItem(at: folder)
    #expect(complaint().contains("tiny/deep/seed-1-") && complaint().contains("is not there any more"))
    // Its own images are still found by what is stored.
    #expect(try QueryFinder(row, stored: stored).query(0).descriptor.count == row.descriptorLength)
  }

  @Test(arguments: [
    ("[plain, dep]", "combine[1]: there is no other variant 'dep'; did you mean 'deep'?"),
    ("[plain, both]", "there is no other variant"), ("[plain, plain]", "stands here twice"),
    ("[plain]", "expected 2 to 8 values"), ("[plain, other]", "combines others itself"),
    ("deep", "expected a list"),
    ("[plain, deep], train: { epochs: 2 }", "train: a row of several runs trains nothing"),
    ("[plain, far]", "of another dataset, 'elsewhere'"),
    ("[plain, deep], evaluate: { pairs: {} }", "evaluate.pairs: a row of several runs has no network"),
  ])
  func whatCannotBeCombinedIsSaid(_ list: String, _ message: String) throws {
    let project = try project(
      Self.variants.replacing("[plain, deep], evaluate: { rerank: { k1: 4, k2: 2 } }", with: list)
        + "\n  other: { combine: [all, deep] }\n  far: { dataset: elsewhere }\n")
    do {
      _ = try plan(project)
      Issue.record("\(list) was taken")
    } catch { #expect("\(error)".contains(message) && "\(error)".contains("tiny.yaml:"), "\(error)") }
  }
}
