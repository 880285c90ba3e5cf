import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing

/// Several experiments in one go, and runs that more than one of them counts.
@Suite struct FolderRunTests {
  /// `one` trains a network; `two` has the same under another name, and a shorter one.
  private func project() throws -> TinyProject {
    let project = try TinyProject()
    let shared = TinyProject.experiment.split(separator: "\n").prefix { !$0.hasPrefix("seeds") }.joined(separator: "\n")
    let plain = "{ tasks: [global], loss: { weights: { global: 1 } } }"
    try project.folder.write("\(shared)\nvariants: { first: \(plain) }\n", to: "experiments/f/one.yaml")
    try project.folder.write(
      "\(shared)\nvariants: { same: \(plain), short: { tasks: [global], loss: { weights: { global: 1 } }, train: { epochs: 1 } } }\n",
      to: "experiments/f/two.yaml")
    try project.folder.write("runs: { experiment: f/two, variants: [short] }\n", to: "experiments/f/view.yaml")
    return project
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func run(
    _ project: TinyProject, _ wanted: String, _ overrides: [String] = [], variants: [String]? = nil,
    report: (ExperimentRunner.Event) -> Void = { _ in }
  ) throws -> [(trial: Trial, record: RunRecord)] {
    let plans = try ExperimentLibrary(project: project.url).plans(wanted, overrides: overrides)
    return try ExperimentRunner(plans, in: Project(project.url, runs: store(project).root))
      .run(variants: variants, threads: 1, report: report)
  }

  @Test func equalRunsAreTrainedOnce() throws {
    let project = try project()
    var totals: Set<Int> = []
    var finished = 0
    let results = try run(project, "f") { event in
      if case .training(_, _, _, let progress) = event { totals.insert(progress.of) }
      if case .finished = event { finished += 1 }
    }
    #expect(totals == [3 * 48 + 48], "one progress over what is trained")
    #expect(finished == 2)
    #expect(results.map(\.trial.experiment) == ["f/one", "f/two", "f/two", "f/two"])
    #expect(results.map(\.trial.variant) == ["first", "same", "short", "short"])
    #expect(results[0].record.identity == results[1].record.identity)
    #expect(results[2].record.identity == results[3].record.identity)
    #expect(store(project).identities().map(\.experiment) == ["f/one", "f/two"])
    // Each of them alone finds the same records, from the store and from the settings.
    var found = 0
    let again = try run(project, "f/two") { if case .found = $0 { found += 1 } }
    #expect(found == 2 && again[0].record.identity.experiment == "f/one")
    let plan = try ExperimentLibrary(project: project.url).plan("f/two")
    let records = try plan.records(in: store(project))
    #expect(records.map { $0.record?.identity.experiment } == ["f/one", "f/two"])
    #expect(records.map(\.others) == [0, 0])
  }

  /// All experiments under the first seed come before any under the second, and each says so when it is done.
  @Test func runsGoSeedBySeed() throws {
    let project = try project()
    var rounds: [String] = []
    var left: [Double] = []
    let results = try run(project, "f", ["seeds=[5, 2]"]) { event in
      if case .round(let round) = event {
        let done = round.results.map { "\($0.trial.variant) \($0.trial.seed)" }.joined(separator: ", ")
        rounds.append("\(round.plan.name) \(round.seed)\(round.isOfAll ? " of all" : ""): \(done)")
      }
      if case .epoch(_, _, let progress) = event { left.append(progress.secondsLeft ?? .nan) }
    }
    #expect(results.map(\.trial.seed) == [5, 5, 5, 5, 2, 2, 2, 2])
    #expect(
      rounds == [
        "f/one 5: first 5", "f/two 5 of all: same 5, short 5", "f/one 2: first 5, first 2",
      ], "nothing is said of the last one, after which the whole tables come")
    #expect(left.count == 8 && left.allSatisfy { $0 > 0 })
  }

  @Test func variantsAreTakenWhereTheyAre() throws {
    let project = try project()
    let results = try run(project, "f", variants: ["short"])
    #expect(results.map(\.trial.variant) == ["short", "short"])
    let error = #expect(throws: ConfigurationError.self) { try run(project, "f", variants: ["shrot"]) }
    #expect(error?.description.contains("did you mean 'short'?") == true)
  }

  /// What is wrong with the last experiment is said before the first is trained.
  @Test func aMissingDatasetStopsBeforeTraining() throws {
    let project = try project()
    try project.folder.write(
      "dataset: real\n", to: "experiments/f/zebra.yaml")
    try project.folder.write(
      try String(contentsOf: project.url.appendingPathComponent("datasets.yaml"), encoding: .utf8)
        + "\nreal: { root: data/real, layout: dukemtmc }\n", to: "datasets.yaml")
    #expect { try run(project, "f") } throws: { "\($0)".contains("the dataset 'real' is not there") }
    #expect(store(project).identities().isEmpty)
  }

  @Test func damageElsewhereIsNoneOfAnExperimentsBusiness() throws {
    let project = try project()
    let results = try run(project, "f")
    try Data("{".utf8).write(to: results[0].record.folder.appendingPathComponent("plan.yaml"))
    let view = try ExperimentLibrary(project: project.url).plan("f/view")
    #expect(try view.records(in: store(project)).map { $0.record?.identity.variant } == ["short"])
    let own = try ExperimentLibrary(project: project.url).plan("f/one")
    #expect(throws: ConfigurationError.self) { try own.records(in: store(project)) }
  }
}
