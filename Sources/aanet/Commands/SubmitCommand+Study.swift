import ArgumentParser
import Cluster
import Evidence
import Experiments
import Runs
import Support

/// `aanet submit --until-decided`
extension SubmitCommand {
  /// Submits the first round of a study that is not whole, with a job behind it that gives this command again; where all
  /// rounds are whole, shows what they decided.
  ///
  /// Which round that is follows from the records alone, so that anybody may give the command at any time.
  func decide(_ plans: [ExperimentPlan], _ first: ExperimentRunner, _ watcher: RunWatcher) throws {
    guard let drawn = try DrawnReports(of: plans, named: experiment, overrides: overrides, in: project) else {
      throw PlainError(
        "there is nothing to decide: \(experiment.onOneLine) names no published table ('table: table3')")
    }
    let correction = study.correction ?? .none
    var study = try DecidingStudy(
      of: drawn.ofPlans, by: drawn.reports, correction: correction,
      mostSeeds: study.mostSeeds ?? RunCommand.StudyOptions.mostSeedsByDefault)
    var (runner, failed) = (first, [String]())
    while true {
      let (finished, missing) = try standing(runner, watcher)
      let diverged = Set(missing.map(\.identity).filter { project.store.failure(of: $0)?.kind == .diverged })
      let open = missing.filter { !diverged.contains($0.identity) && $0.needs.isDisjoint(with: diverged) }
      watcher.finish()
      guard open.isEmpty else {
        try requireEnded(open)
        let name = Self.name(of: plans)
        return try submit(
          open, finished: finished.count,
          follower: .init(name: "judge") { wordsOfJudge(of: name, frozen: $0, after: $1) })
      }
      failed += diverged.map { "\($0.inWords): \(project.store.failure(of: $0)?.reason ?? "diverged")" }.sorted()
      try study.take(finished, diverged: Array(diverged))
      let round = study.nextRound()
      guard !round.isEmpty else { break }
      runner = try ExperimentRunner(round, in: project.project, places: data.places(in: project))
    }
    try StudyOutput(
      experiment: experiment, command: commandLine, more: "seeds", correction: correction, format: format,
      project: project
    ).show(&study, of: drawn, failed: failed)
  }

  /// Sees to it that a round's job does not submit again what has just been tried: a run that failed would fail again, and
  /// one that somebody cancelled stays cancelled.
  private func requireEnded(_ open: [MissingRun]) throws {
    guard let after else { return }
    let tried = try SubmittedSweep.all(of: project.store).filter { $0.name == after }.flatMap(\.content.arrays)
    let settings = Set(tried.joined().map(\.settings))
    let left = open.filter { settings.contains(SweepSubmission.task(of: $0).settings) }
    guard !left.isEmpty else { return }
    for run in left {
      let reason = project.store.failure(of: run.identity)?.reason ?? "it was cancelled, or its job failed"
      Console.complain("not finished: \(run.identity.inWords): \(Wording.printable(reason, limit: 2000))")
    }
    Console.complain("the study stops here; to go on with it: \(commandLine)")
    throw ExitCode(3)
  }
}
