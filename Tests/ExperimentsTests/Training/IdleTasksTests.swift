import Experiments
import Foundation
import Models
import Runs
import TestSupport
import Testing

/// A task that training leaves where it was is said aloud, once.
@Suite struct IdleTasksTests {
  private func remark(
    _ weights: LossWeights = .learned(.init(terms: .task)), epoch: Int = 2, part: Double, attribute: Double = 0.4,
    weight: Double = 0.013
  ) -> String? {
    var settings = Settings(dataset: "d", loss: .init(weights: weights))
    settings.train.epochs = 8
    settings.tasks.attention = nil
    return IdleTasks(
      after: epoch, of: settings, first: ["global": 6.55, "part": 39.3, "attribute": 0.9],
      now: ["global": 5, "part": part, "attribute": attribute],
      weights: ["global": 0.2, "part": weight, "attribute": 1]
    ).remark
  }

  @Test func aTaskThatStandsStillIsNamedWithWhatToDo() throws {
    #expect(
      remark(part: 38.9)
        == "after 2 of 8 epochs the part task's loss is 38.90, 39.30 at first (weight 0.013): it may as well be off. "
        + "With loss.terms=each a task's weight counts every loss that it adds up")
    let both = try #require(remark(.learned(.init(terms: .each)), part: 38.9, attribute: 0.9))
    #expect(both.contains("the part task's") && both.contains("the attribute task's") && both.contains("they may"))
    #expect(both.contains("loss.weights={global: 1, part: 1, attribute: 1} fixes them"))
    #expect(remark(.fixed([.part: 0.013]), part: 38.9)?.contains("loss.weights") == true)
  }

  @Test func aTaskThatLearnsIsNot() {
    #expect(remark(part: 39.3 * 0.95) == nil)
    #expect(remark(part: 39.3 * 0.951) != nil)
    #expect(remark(part: 39.3, weight: 0) == nil, "off on purpose")
    #expect(remark(.learned(.init(terms: .task)), part: .nan) == nil)
  }

  @Test func itIsSaidOnceAfterAQuarterOfTheTraining() {
    for epoch in 1...8 { #expect((remark(epoch: epoch, part: 39.3) != nil) == (epoch == 2)) }
    #expect([1, 2, 4, 5, 8, 40].map(IdleTasks.epoch(of:)) == [1, 1, 1, 2, 2, 10])
  }

  /// A run that was stopped and goes on still knows where its losses began.
  @Test func aRunSaysSoAlsoWhereItWasStoppedBefore() throws {
    let project = try TinyProject()
    let store = RunStore(root: project.url.appendingPathComponent("runs", isDirectory: true))
    var remarks: [String] = []
    func run(stoppingAtStep last: Int?) throws {
      let plan = try ExperimentLibrary(project: project.url).plan(
        "tiny", overrides: ["train.epochs=8", "train.rate.new=1e-9"])
      var steps = 0
      do {
        _ = try ExperimentRunner(plan, project: project.url, store: store).run(
          variants: ["all"], threads: 1,
          isInterrupted: {
            steps += 1
            return steps == last
          }
        ) { if case .remark(let text) = $0 { remarks.append(text) } }
      } catch TrainingError.interrupted {}
    }
    try run(stoppingAtStep: 8)
    #expect(remarks.count { $0.contains("may as well be off") } == 0)
    try run(stoppingAtStep: 14)
    try run(stoppingAtStep: nil)
    let said = remarks.filter { $0.contains("may as well be off") }
    #expect(said.count == 1 && said.first?.hasPrefix("tiny, all, seed 1: after 2 of 8 epochs ") == true, "\(remarks)")
  }
}
