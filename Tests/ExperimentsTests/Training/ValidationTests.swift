import Configuration
import Experiments
import Foundation
import Runs
import Support
import Tensors
import TestSupport
import Testing

/// `dataset: { name: …, validation: { identities: … } }`: training identities that are held out.
@Suite struct ValidationTests {
  private func plan(_ project: TinyProject, _ overrides: [String]) throws -> ExperimentPlan {
    try ExperimentLibrary(project: project.url).plan("tiny", overrides: overrides)
  }

  private func store(_ project: TinyProject) -> RunStore {
    RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
  }

  private func run(
    _ project: TinyProject, _ overrides: [String], variants: [String] = ["plain"], isInterrupted: () -> Bool = { false }
  ) throws -> [RunRecord] {
    try ExperimentRunner(plan(project, overrides), project: project.url, store: store(project))
      .run(variants: variants, threads: 1, isInterrupted: isInterrupted).map(\.record)
  }

  private static let heldOut = ["dataset.validation={identities: 0.25, every: 2}"]

  @Test func aNameIsWrittenAsEverAndSettingsBesideIt() throws {
    let project = try TinyProject()
    let plain = try plan(project, []).variants[0].settings
    #expect(plain.yaml[key: "dataset"] == .string("tiny") && plain.validation == nil)
    let held = try plan(project, Self.heldOut).variants[0].settings
    #expect(held.dataset == "tiny" && held.validation == .init(identities: 0.25, every: 2))
    #expect(try Settings(agreeing: Setting(held.yaml)) == held)
    for overrides in [["dataset.validation.identities=0.5"], ["dataset={name: tiny, validation: {identities: 0.5}}"]] {
      #expect(try plan(project, overrides).variants[0].settings.validation == .init(identities: 0.5))
    }
    // Another name leaves what stands beside it; none takes it away.
    try project.folder.write(
      "extends: tiny.yaml\ndataset: { validation: { identities: 0.25 } }\nvariants: { a: { dataset: other }, "
        + "b: { dataset: { validation: none } } }\n", to: "experiments/held.yaml")
    let variants = try ExperimentLibrary(project: project.url).plan("held").variants
    #expect(variants[0].settings.dataset == "other" && variants[0].settings.validation?.identities == 0.25)
    #expect(variants[1].settings == plain.with(tasksOf: variants[1].settings) && variants[1].settings.validation == nil)
    for (fault, words) in [
      ("dataset={name: tiny, validatoin: none}", "did you mean 'validation'?"),
      ("dataset.validation.identities=0", "dataset.validation.identities"),
      ("dataset.validation={every: 0}", "dataset.validation.every"), ("dataset.validation=yes", "none or {"),
    ] {
      let error = #expect(throws: (any Error).self, "\(fault)") { try plan(project, [fault]) }
      #expect("\(try #require(error))".contains(words), "\(fault): \(error.map { "\($0)" } ?? "")")
    }
  }

  @Test func heldOutPeopleAreEvaluatedAndNotTrainedOn() throws {
    let project = try TinyProject()
    let record = try #require(try run(project, Self.heldOut + ["train.epochs=3"]).first)
    #expect(record.epochs.map { $0.validation != nil } == [false, true, true])
    let scores = try #require(record.epochs[1].validation)
    // Two of eight people, whom three cameras saw twice each.
    #expect(scores.queries == 6 && scores.queriesWithoutMatch == 0 && scores.mAP > 0)
    #expect(record.epochs[0].images == 32, "six people with six images in batches of eight")
    // The test is the dataset's own.
    #expect(record.metrics?.retrieval.queries == 4)
    // Another share is another run, and so is none.
    let plain = try #require(try run(project, ["train.epochs=3"]).first)
    #expect(plain.identity.hash != record.identity.hash && plain.epochs[1].validation == nil)
    let rarely = try #require(
      try run(project, ["dataset.validation={identities: 0.25, every: 3}", "train.epochs=3"]).first)
    #expect(rarely.identity.hash != record.identity.hash)
    // Looking at people moves no bit of the training.
    #expect(rarely.epochs.map(\.loss) == record.epochs.map(\.loss))
    #expect(rarely.metrics?.retrieval == record.metrics?.retrieval)
  }

  @Test func whoIsHeldOutFollowsFromTheDataset() throws {
    let project = try TinyProject()
    let overrides = Self.heldOut + ["train.epochs=1", "seeds=[1, 2]"]
    let records = try run(project, overrides, variants: ["plain", "all"])
    #expect(Set(records.compactMap { $0.epochs.last?.validation?.queries }) == [6])
    // The same people: the same number of training images, and the same network that has not learned anything scores alike.
    #expect(Set(records.map { $0.epochs[0].images }).count == 1)
    let fixed = try run(
      project, Self.heldOut + ["train.epochs=1", "train.rate.new=1e-30", "train.batch=2"]
    ).first?.epochs.last
    let other = try run(
      project, Self.heldOut + ["train.epochs=1", "train.rate.new=1e-30", "train.batch=3"]
    ).first?.epochs.last
    #expect(fixed?.validation?.queries == other?.validation?.queries)
  }

  @Test func goingOnGivesTheSameRecord() throws {
    let project = try TinyProject()
    let whole = try #require(try run(project, Self.heldOut).first)
    let again = try TinyProject()
    var asked = 0
    // Ends at every question, the ones within the evaluation of people among them.
    while true {
      var before = asked
      do {
        let record = try #require(
          try run(
            again, Self.heldOut,
            isInterrupted: {
              before -= 1; return before < 0
            }
          ).first)
        #expect(record.epochs.map(\.validation) == whole.epochs.map(\.validation))
        #expect(record.epochs.map(\.loss) == whole.epochs.map(\.loss))
        break
      } catch TrainingError.interrupted { asked += 7 }
      try #require(asked < 1000)
    }
  }

  @Test func tooFewPeopleAreSaidBeforeTraining() throws {
    let project = try TinyProject()
    let error = #expect(throws: ConfigurationError.self) { try run(project, ["dataset.validation.identities=0.9"]) }
    #expect("\(try #require(error))".contains("of the 8 training identities of tiny 7 would be held out"))
  }
}

extension Settings {
  /// These settings with another's tasks.
  fileprivate func with(tasksOf other: Settings) -> Settings {
    var result = self
    (result.tasks, result.loss, result.train) = (other.tasks, other.loss, other.train)
    return result
  }
}
