import Configuration
import Experiments
import Foundation
import Support
import Testing
import YAML

@Suite struct ExperimentPlanTests {
  @Test func trialsAreVariantsTimesSeedsSeedBySeed() throws {
    let plan = try TemporaryProject.plan("dataset: d\nseeds: [3, 1]\nvariants: { b: {}, a: { head: { width: 2 } } }")
    let trials = try plan.trials()
    #expect(
      trials.map { "\($0.experiment) \($0.variant) \($0.seed) \($0.settings.head.width)" } == [
        "e b 3 256", "e a 3 2", "e b 1 256", "e a 1 2",
      ])
    #expect(try plan.trials(variants: ["a"]).map(\.variant) == ["a", "a"])
    #expect(throws: ConfigurationError(at: nil, "e has no variant 'c'; known: b, a")) {
      try plan.trials(variants: ["c"])
    }
    let identity = trials[0].identity(hash: "0123456789ab")
    #expect(
      [identity.experiment, identity.variant, identity.hash] == ["e", "b", "0123456789ab"] && identity.seed == 3)
  }

  @Test func withoutVariantsThereIsOne() throws {
    let plan = try TemporaryProject.plan("dataset: d\ntitle: A title\ntable: table3\nclaims: [{ of: a, mAP: 1 }]")
    #expect(plan.variants.map(\.name) == ["default"] && plan.seeds == [1])
    #expect(plan.title == "A title" && plan.table == "table3" && plan.datasets == ["d"])
    #expect(plan.claims?.items?.first?.location == SourceLocation(file: "experiments/e.yaml", line: 4, column: 10))
  }

  @Test func originsListEverySetting() throws {
    let origins = try TemporaryProject.plan("dataset: d\ntasks: [global]\n", ["head.width=7"]).variants[0].origins()
    #expect(
      origins.map(\.path) == [
        "dataset", "backbone.arch", "backbone.block", "backbone.blocks", "backbone.width", "backbone.last_stride",
        "backbone.weights", "input.size", "head.width", "tasks.global", "tasks.part", "tasks.attribute",
        "tasks.attention", "loss.weights", "loss.terms", "loss.rate", "loss.start", "train.epochs", "train.batch",
        "train.optimizer.kind",
        "train.optimizer.momentum", "train.optimizer.weight_decay", "train.rate.new", "train.rate.pretrained",
        "train.rate.step.at", "train.rate.step.factor", "train.augment.flip", "evaluate.distance", "evaluate.normalize",
        "evaluate.rerank", "evaluate.batch",
      ])
    let known = Dictionary(uniqueKeysWithValues: origins.map { ($0.path, "\($0.value) from \($0.source)") })
    #expect(known["dataset"] == "d from experiments/e.yaml:1:10")
    #expect(known["head.width"] == "7 from command line, override `head.width=7`")
    #expect(known["tasks.global"] == "{} from experiments/e.yaml:2:9")
    #expect(known["tasks.part"] == "none from default")
    #expect(known["train.rate.step.at"] == "[20] from default")
  }

  @Test func oddNamesOfVariants() throws {
    let names = ["Lg+Lp+La uncertainty", "a/b", "..", ".x", "`id`", "'q\"", "日本", "a.b: c", "yes"]
    let variants = YAMLValue.mapping(names.map { ($0, .mapping([])) })
    let plan = try TemporaryProject.plan(YAML.text(of: .mapping([("dataset", .string("d")), ("variants", variants)])))
    #expect(plan.variants.map(\.name) == names)
    let long = String(repeating: "x", count: 256)
    #expect(
      try TemporaryProject.complaint("dataset: d\nvariants: { \(long): {} }")
        == "experiments/e.yaml:2:271: variants.\(String(repeating: "x", count: 191))…: the variant's name is too long for the name of its runs' folder"
    )
  }
}

@Suite struct ExperimentLibraryTests {
  private func project() throws -> TemporaryProject {
    try TemporaryProject([
      "experiments/base/q.yaml": "abstract: true\n", "experiments/one/table3.yaml": "dataset: d\n",
      "experiments/two/table3.yaml": "dataset: d\n",
      "experiments/two/deep/curves.yaml": "dataset: d\nextends: ../table3.yaml\n",
      "experiments/.hidden/x.yaml": "dataset: d\n", "experiments/notes.txt": "no\n",
      "elsewhere/own.yaml": "dataset: d\nextends: base.yaml\n",
      "elsewhere/base.yaml": "abstract: true\nhead: { width: 3 }\n",
    ])
  }

  @Test func namesAndTheirLastParts() throws {
    let library = try project()
    #expect(library.library.names() == ["base/q", "one/table3", "two/deep/curves", "two/table3"])
    #expect(library.library.survey().plans.map(\.name) == ["one/table3", "two/deep/curves", "two/table3"])
    #expect(library.library.survey().faults.isEmpty)
    for (typed, name) in [
      ("one/table3", "one/table3"), ("curves", "two/deep/curves"), ("deep/curves", "two/deep/curves"),
    ] {
      #expect(try library.library.plan(typed).name == name)
    }
    #expect(
      library.complaint("table3") == "'table3' is the name of several experiments; write one of one/table3, two/table3")
    #expect(
      library.complaint("one/tabel3")
        == "there is no experiment 'one/tabel3'; did you mean 'one/table3'? Known: one/table3, two/deep/curves, two/table3"
    )
    #expect(
      library.complaint("curvse")
        == "there is no experiment 'curvse'; did you mean 'two/deep/curves'? Known: one/table3, two/deep/curves, two/table3"
    )
    #expect(
      library.complaint("zzzzzz") == "there is no experiment 'zzzzzz'; known: one/table3, two/deep/curves, two/table3")
    #expect(library.complaint("") == "there is no experiment ''; known: one/table3, two/deep/curves, two/table3")
    #expect(
      library.complaint("base/q")
        == "experiments/base/q.yaml:1:11: abstract: this file is a base for others to extend, not an experiment")
  }

  @Test func pathsOfFiles() throws {
    let project = try self.project()
    let plan = try project.library.plan("elsewhere/own.yaml")
    #expect(plan.name == "own" && plan.variants[0].settings.head.width == 3)
    #expect(plan.variants[0].location(of: "dataset")?.description == "elsewhere/own.yaml:1:10")
    #expect(try project.library.plan(project.url.appendingPathComponent("elsewhere/own.yaml").path).name == "own")
    #expect(try project.library.plan("experiments/one/table3.yaml").name == "one/table3")
    #expect(
      project.complaint("elsewhere")
        == "there is no experiment 'elsewhere'; known: one/table3, two/deep/curves, two/table3")
  }

  @Test func aProjectWithoutExperiments() throws {
    let empty = try TemporaryProject()
    #expect(
      empty.complaint("x") == "there is no experiment 'x'; ROOT/experiments holds no .yaml files; go to a "
        + "project's folder, or name it with --project")
    #expect(empty.library.survey().plans.isEmpty)
  }

  /// The plan that a run leaves behind repeats it.
  @Test func plansOfRunsAreExperiments() throws {
    let project = try self.project()
    let trial = try project.library.plan("curves", overrides: ["train.epochs=3"]).trials()[0]
    try project.write(trial.resolvedYAML(), to: "runs/plan.yaml")
    let again = try #require(try project.library.plan("runs/plan.yaml").trials().first)
    #expect(again.settings == trial.settings && again.seed == trial.seed && again.variant == trial.variant)
  }
}

/// The project's own files.
@Suite struct OwnExperimentsTests {
  static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func allAreRight() {
    let survey = ExperimentLibrary(project: Self.project).survey()
    #expect(survey.faults.map(\.description) == [])
    #expect(survey.plans.map(\.name).contains("quickstart/table3"))
  }

  @Test func table3HasThePapersRows() throws {
    let plan = try ExperimentLibrary(project: Self.project).plan("quickstart/table3")
    #expect(plan.table == "table3" && plan.seeds == [1, 2, 3] && plan.datasets == ["synthetic-duke"])
    #expect(
      plan.variants.map(\.name) == ["Lg", "Lg+Lp", "Lg+Lp+La", "Lg+Lp+La uncertainty", "Lg+Lp+La+Laa uncertainty"])
    #expect(plan.variants.map(\.settings.tasks.enabled.count) == [1, 2, 3, 3, 4])
    #expect(plan.variants.map { $0.settings.loss.weights == .uncertainty } == [false, false, false, true, true])
    #expect(
      try ExperimentLibrary(project: Self.project).plan(
        "quickstart/table3", overrides: ["train.epochs=5", "seeds=[1]"]
      ).trials()
        .count == 5)
  }
}
