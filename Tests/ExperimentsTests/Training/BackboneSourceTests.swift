import Configuration
import Experiments
import Foundation
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// Backbones that start from another run: `backbone.weights: run:…`.
@Suite struct BackboneSourceTests {
  private static let pretext = """
    title: A pretext
    extends: tiny.yaml
    train: { epochs: 1 }
    seeds: [1]
    variants:
      small: { tasks: [global], loss: { weights: { global: 1 } } }
      deep: { tasks: [global], loss: { weights: { global: 1 } }, backbone: { blocks: [2, 1, 1, 1] } }
    """

  private func project(_ changes: (String) -> String = { $0 }) throws -> TinyProject {
    let project = try TinyProject()
    try project.folder.write(changes(Self.pretext), to: "experiments/pretext.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func run(
    _ project: TinyProject, from source: String = "run:pretext/small/1", variants: [String]? = ["plain"],
    _ overrides: [String] = [], report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> [(trial: Trial, record: RunRecord)] {
    let plan = try ExperimentLibrary(project: project.url).plan(
      "tiny", overrides: ["backbone.weights=\(source)", "train.epochs=1"] + overrides)
    return try ExperimentRunner(plan, project: project.url, store: store(project))
      .run(variants: variants, threads: 1, report: report)
  }

  private func tensors(_ record: RunRecord) throws -> [String: StoredTensor] {
    try SafeTensors(contentsOf: record.folder.appendingPathComponent("checkpoint.safetensors")).tensors
  }

  private func words(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "nothing was wrong"
    } catch { return "\(error)" }
  }

  @Test func theSourceIsMadeFirstAndItsNumbersAreTaken() throws {
    let project = try project()
    var remarks: [String] = []
    var planned = 0
    // A rate too small to move a weight leaves what was taken.
    let made = try run(project)
    let results = try run(project, ["train.rate.pretrained=1e-30"]) {
      if case .remark(let text) = $0 { remarks.append(text) }
      if case .start(let outlook) = $0 { planned = outlook.runs }
    }
    #expect(made.map(\.trial.experiment) == ["pretext", "tiny"] && planned == 1)
    let source = made[0].record
    let record = try #require(results.last).record
    let (first, trained) = (try tensors(source), try tensors(record))
    for (name, tensor) in first where name.hasPrefix("model.backbone.") && !name.contains("running_") {
      #expect(trained[name] == tensor, "\(name)")
    }
    #expect(remarks.contains { $0.contains("the backbone starts from pretext, small, seed 1") }, "\(remarks)")
    // Its plan says what it started from, and makes it again.
    let plan = try #require(try store(project).plan(of: record.identity))
    #expect(plan.contains("run: \(source.identity.fullName)"), "\(plan)")
    try project.folder.write(plan, to: "experiments/again.yaml")
    let again = try ExperimentRunner(
      ExperimentLibrary(project: project.url).plan("again"), project: project.url, store: store(project)
    ).run(threads: 1)
    #expect(again.map(\.record.identity) == [record.identity])
    // A plan that speaks of other numbers is refused.
    let digits = try #require(plan.firstMatch(of: /weights: \W?([0-9a-f]{64})/)?.1)
    try project.folder.write(
      plan.replacing(digits, with: String(repeating: "0", count: 64)), to: "experiments/other.yaml")
    let text = words {
      try ExperimentRunner(
        ExperimentLibrary(project: project.url).plan("other"), project: project.url, store: store(project)
      ).run(threads: 1)
    }
    #expect(text.contains("source") && text.contains(source.identity.fullName) && text.contains(digits), "\(text)")
  }

  @Test func whatIsMissingIsCountedAndSaid() throws {
    let project = try project()
    var remarks: [String] = []
    var outlook: ExperimentRunner.Outlook?
    let first = try run(project) {
      if case .remark(let text) = $0 { remarks.append(text) }
      if case .start(let all) = $0 { outlook = all }
    }
    #expect(outlook?.runs == 2 && outlook?.progress.of == 96)
    #expect(remarks.contains("pretext, small, seed 1 is made first: backbones start from it"), "\(remarks)")
    // The same run made again gives the same names, although its checkpoint has other seconds.
    try FileManager.default.removeItem(at: first[0].record.folder)
    let second = try run(project)
    #expect(second.map(\.record.identity) == first.map(\.record.identity))
    // Other numbers are another run.
    try project.folder.write(
      Self.pretext.replacing("epochs: 1", with: "epochs: 2"), to: "experiments/pretext.yaml")
    let third = try run(project)
    #expect(third.count == 2 && third[1].record.identity.hash != first[1].record.identity.hash)
  }

  @Test func aNameIsAsLongAsItMustBe() throws {
    let project = try project()
    let first = try run(project)
    let full = first[0].record.identity.fullName
    for name in ["run:pretext/small", "run:pretext/small/seed-1", "run:\(full)", "run:pretext"] {
      let again = try run(project, from: name)
      #expect(again.map(\.record.identity) == [first[1].record.identity], "\(name)")
    }
    // Where a name leaves several open, the form of the backbone tells.
    let deep = try run(project, from: "run:pretext", ["backbone.blocks=[2, 1, 1, 1]"])
    #expect(deep.map(\.trial.variant) == ["deep", "plain"])
    #expect(
      try ExperimentLibrary(project: project.url).plan(
        "tiny", overrides: ["backbone.weights=run:pretext/small/1", "train.epochs=1"]
      ).records(in: store(project)).compactMap(\.record).map(\.identity) == [first[1].record.identity])
  }

  @Test func whatCannotBeIsSaidBeforeAnythingIsTrained() throws {
    let project = try project()
    let faults = [
      ("run:pretxt/small/1", "did you mean 'pretext/small/1'?"),
      ("run:pretext/smal/1", "did you mean 'pretext/small/1'?"),
      ("run:pretext/small/7", "did you mean 'pretext/small/1'?"),
      ("run:nothing/of/the/kind", "no experiment here makes the run 'nothing/of/the/kind'"),
      ("run:tiny/plain/1", "runs cannot start from each other: tiny/plain ← tiny/plain"),
      ("run:pretext/deep/1", "and is not here; give both the same backbone.block, blocks and width"),
      ("run:\("pretext/small/seed-1-000000000000")", "pretext, small, seed 1 would be"),
    ]
    for (name, wanted) in faults {
      let text = words { try run(project, from: name) }
      #expect(text.contains("backbone.weights") && text.contains(wanted), "\(name): \(text)")
    }
    let wide = words { try run(project, ["backbone.width=8"]) }
    #expect(
      wide.contains("'conv1.weight' has the shape [8, 3, 7, 7] here and [16, 3, 7, 7] in pretext, small, seed 1"),
      "\(wide)")
    #expect(!FileManager.default.fileExists(atPath: store(project).root.path))
  }

  @Test func circlesThroughOthersAreFound() throws {
    let project = try project {
      $0.replacing("variants:", with: "backbone: { weights: 'run:tiny/plain/1' }\nvariants:")
    }
    let text = words { try run(project) }
    #expect(text.contains("tiny/plain ← pretext/small"), "\(text)")
  }

  @Test func sourcesOfSourcesComeFirst() throws {
    let project = try project()
    try project.folder.write(
      """
      title: Between
      extends: tiny.yaml
      train: { epochs: 1 }
      backbone: { weights: 'run:pretext/small/1' }
      variants:
        one: { tasks: [global], loss: { weights: { global: 1 } } }
      """, to: "experiments/between.yaml")
    let results = try run(project, from: "run:between/one/1")
    #expect(results.map(\.trial.experiment) == ["pretext", "between", "tiny"])
    let again = try run(project, from: "run:between/one/1")
    #expect(again.map(\.record.identity) == [results[2].record.identity])
  }

  @Test func rowsWaitForASourceThatStopped() throws {
    let project = try project { $0.replacing("epochs: 1", with: "epochs: 3, rate: { new: 100 }") }
    do {
      _ = try run(project)
      Issue.record("it ended")
    } catch TrainingError.unfinished(let left) {
      #expect(left.diverged.map(\.run.experiment) == ["pretext"])
      #expect(
        left.lines.contains { $0.contains("waits for pretext, small, seed 1, which it starts from") }, "\(left.lines)")
    }
  }

  @Test func aRowOfSeveralRunsIsNamedByWhatTheyCameToBe() throws {
    let project = try project()
    try project.folder.write(
      TinyProject.experiment + """

          other: { tasks: [global], loss: { weights: { global: 0.5 } } }
          both: { combine: [plain, other] }
        """, to: "experiments/tiny.yaml")
    let first = try run(project, variants: ["both"])
    #expect(first.map(\.trial.variant) == ["small", "plain", "other", "both"])
    let again = try run(project, variants: ["both"])
    #expect(again.map(\.record.identity) == first.dropFirst().map(\.record.identity))
  }
}
