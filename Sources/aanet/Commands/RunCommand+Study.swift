import ArgumentParser
import Evidence
import Experiments
import Foundation
import Runs
import Support

extension ClaimCorrection: ExpressibleByArgument {}

/// `aanet run --until-decided`
extension RunCommand {
  /// How a study is bounded and corrected.
  struct StudyOptions: ParsableArguments {
    @Flag(help: "Add seeds until every ordering that the paper claims of these rows is decided.")
    var untilDecided = false
    @Option(
      help: ArgumentHelp(
        "Stop the study after so many hours; what is begun is saved.", valueName: "hours"))
    var hours: Double?
    @Option(
      help: ArgumentHelp(
        "Add seeds until there are so many, those of the experiment among them.", valueName: "n"))
    var mostSeeds: Int?
    @Option(
      help:
        "What an ordering is decided by: its own p-value (none), or the one corrected for all of its table (holm)."
    )
    var correction: ClaimCorrection?

    /// Where nobody says how many: as many as the simulation of the error rate goes to.
    static let mostSeedsByDefault = ClaimsReport.simulated.seeds

    func validate() throws {
      guard untilDecided else {
        for (name, isGiven) in [
          ("--hours", hours != nil), ("--most-seeds", mostSeeds != nil),
          ("--correction", correction != nil),
        ] where isGiven {
          throw ValidationError("\(name) belongs to --until-decided")
        }
        return
      }
      if let hours, !(hours > 0 && hours < 1e6) {
        throw ValidationError("--hours is a number above 0")
      }
      if let mostSeeds, !(2...1000).contains(mostSeeds) {
        throw ValidationError("--most-seeds is 2 to 1000")
      }
    }

    /// The options as they were given, for a command to be given again.
    var words: [String] {
      (untilDecided ? ["--until-decided"] : []) + (hours.map { ["--hours", "\($0)"] } ?? [])
        + (mostSeeds.map { ["--most-seeds", "\($0)"] } ?? [])
        + (correction.map { ["--correction", $0.rawValue] } ?? [])
    }
  }

  /// Runs rounds of seeds until all is decided or the budget ends.
  func decide(_ definitions: DrawnReports, _ first: ExperimentRunner, _ watcher: RunWatcher) throws {
    let correction = study.correction ?? .none
    var study = try DecidingStudy(
      of: definitions.ofPlans, by: definitions.reports, correction: correction,
      mostSeeds: study.mostSeeds ?? StudyOptions.mostSeedsByDefault)
    let start = SuspendingClock.now
    let seconds = self.study.hours.map { $0 * 3600 }
    func isOver() -> Bool { seconds.map { start.duration(to: .now) / .seconds(1) >= $0 } ?? false }
    var (runner, failed) = (first, [String]())
    do {
      while true {
        let (results, left) = try settle(runner, watcher) { Interruption.isAsked || isOver() }
        failed += left?.lines ?? []
        try study.take(results, diverged: left?.diverged.map(\.run) ?? [])
        let round = study.nextRound()
        guard !round.isEmpty else { break }
        let table = study.claims.terminalSequences(correction, width: Console.width)
        let seeds = round.map { "\($0.name): seed \($0.seeds.map(String.init).joined())" }
        Console.complain("\nso far:\n\n\(table)\n\nnext: \(Wording.list(seeds))\n")
        runner = try ExperimentRunner(round, in: project.project, places: data.places(in: project))
      }
    } catch TrainingError.interrupted {
      watcher.finish()
      guard !Interruption.isAsked else {
        Console.complain("interrupted; the run is saved. To go on: \(commandLine)")
        throw ExitCode(130)
      }
      Console.complain("the hours are over; what was begun is saved")
    } catch {
      watcher.finish()
      throw error
    }
    watcher.finish()
    try StudyOutput(
      experiment: experiment, command: commandLine, more: "hours or seeds", correction: correction, format: format,
      project: project
    ).show(&study, of: definitions, failed: failed)
  }

  /// Runs a round; where another process is at work on a run of it, waits for that, so that the round is whole.
  private func settle(
    _ runner: ExperimentRunner, _ watcher: RunWatcher, isInterrupted: () -> Bool
  ) throws -> (DecidingStudy.Results, UnfinishedRuns?) {
    while true {
      do {
        // Tables in between are those of the study.
        let results = try train(runner, isInterrupted: isInterrupted) { event in
          if case .round = event { watcher.finish() } else { watcher.see(event) }
        }
        return (results, nil)
      } catch TrainingError.unfinished(let left) {
        guard !left.occupied.isEmpty else { return (left.finished, left) }
        watcher.finish()
        Console.complain(
          "waiting for \(Wording.list(left.occupied.map(\.run.inWords))), which another process makes"
        )
        for other in left.occupied {
          while !project.store.isFinished(other.run),
            case .held = project.store.holding(of: other.run)
          {
            if isInterrupted() { throw TrainingError.interrupted }
            usleep(500_000)
          }
        }
      }
    }
  }
}
