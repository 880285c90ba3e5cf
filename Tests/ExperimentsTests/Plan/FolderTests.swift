import Experiments
import Foundation
import Support
import Testing

/// A folder of experiments, and experiments that report another's runs.
@Suite struct FolderTests {
  private static let base = "dataset: d\nseeds: [1, 2]\nvariants: { a: {}, b: { head: { width: 2 } } }\n"

  private func project(_ more: [String: String] = [:]) throws -> TemporaryProject {
    try TemporaryProject(
      [
        "experiments/f/two.yaml": Self.base, "experiments/f/one.yaml": Self.base,
        "experiments/f/shared.yaml": "abstract: true\n", "experiments/base/f.yaml": "abstract: true\n",
        "experiments/g/three.yaml": Self.base,
      ].merging(more) { $1 })
  }

  private func complaint(_ project: TemporaryProject, _ name: String) -> String? {
    do throws(ConfigurationError) {
      _ = try project.library.plans(name)
      return nil
    } catch { return error.description }
  }

  @Test(arguments: ["f", "f/", "experiments/f", "./experiments/f/"]) func aFolderIsItsExperiments(_ wanted: String)
    throws
  {
    let project = try project()
    #expect(try project.library.plans(wanted).map(\.name) == ["f/one", "f/two"])
  }

  @Test func anExperimentIsItself() throws {
    let project = try project(["experiments/f.yaml": Self.base])
    #expect(try project.library.plans("f").map(\.name) == ["f"])
    #expect(try project.library.plans("three").map(\.name) == ["g/three"])
    #expect(complaint(project, "h")?.contains("there is no experiment 'h'") == true)
    #expect(complaint(project, "") != nil)
    #expect(complaint(project, "../experiments/f/nothing") != nil)
  }

  @Test func changesAreMadeToEach() throws {
    let project = try project()
    let plans = try project.library.plans("f", overrides: ["seeds=[7]", "head.width=5"])
    #expect(plans.map(\.seeds) == [[7], [7]])
    #expect(plans.allSatisfy { $0.variants.allSatisfy { $0.settings.head.width == 5 } })
  }

  @Test func oneFaultStopsAll() throws {
    let project = try project(["experiments/f/zero.yaml": "dataset: d\nhaed: { width: 2 }\n"])
    #expect(complaint(project, "f")?.contains("experiments/f/zero.yaml:2:1") == true)
  }

  // MARK: runs

  @Test func reportedRunsAreTheOthers() throws {
    let project = try project(["experiments/f/view.yaml": "table: table4\nruns: { experiment: f/two, variants: [b] }\n"]
    )
    let plan = try project.library.plan("f/view", overrides: ["head.width=3"])
    #expect(plan.name == "f/view" && plan.runsOf == "f/two" && plan.table == "table4" && plan.title == "f/view")
    #expect(try plan.trials().map(\.experiment) == ["f/two", "f/two"])
    #expect(plan.variants.map(\.name) == ["b"] && plan.variants[0].settings.head.width == 3)
    #expect(try project.library.plans("f").map(\.name) == ["f/one", "f/two", "f/view"])
    #expect(project.library.survey().plans.map(\.name).contains("f/view"))
    try project.write("runs: { experiment: f/two }\n", to: "experiments/v.yaml")
    let all = try project.library.plan("v")
    #expect(all.variants.map(\.name) == ["a", "b"])
  }

  @Test(arguments: [
    ("runs: { experiment: f/twoo }\n", "v.yaml:1:21: runs.experiment: there is no experiment 'f/twoo'; did you mean"),
    ("runs: { experiment: v }\n", "there is no experiment 'v'"),
    ("runs: { experiment: f/shared }\n", "there is no experiment 'f/shared'"),
    ("runs: { experiment: f/view }\n", "reports runs of another experiment itself"),
    ("runs: { experiment: f/two, variants: [c] }\n", "v.yaml:1:39: runs.variants[0]: f/two has no variant 'c'"),
    ("runs: { experiment: f/two, variants: [a, a] }\n", "'a' stands here twice"),
    ("runs: { experiment: f/two, variants: [] }\n", "expected"),
    ("runs: { experimnt: f/two }\n", "did you mean 'experiment'?"),
    ("runs: { experiment: f/two }\nseeds: [1]\n", "v.yaml:2:8: seeds: a file with 'runs'"),
    ("runs: { experiment: f/two }\ntrain: { epochs: 1 }\n", "v.yaml:2:8: train: a file with 'runs'"),
    ("runs: { experiment: f/two }\nextends: f/two.yaml\n", "extends: a file with 'runs'"),
    ("runs: f/two\n", "expected a mapping"),
  ])
  func faultyReferencesAreNamed(_ text: String, _ words: String) throws {
    let project = try project([
      "experiments/v.yaml": text, "experiments/f/view.yaml": "runs: { experiment: f/two }\n",
    ])
    let complaint = complaint(project, "v") ?? "none"
    #expect(complaint.contains(words), "\(complaint)")
  }
}
