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

  @Test func itHasNoNetwork() throws {
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
