import Foundation
import Runs
import Support

/// What a call of ``ExperimentRunner`` would take, before anything is trained.
package struct SweepPlan: Codable, Sendable {
  /// A variant of an experiment.
  package struct Row: Codable, Sendable {
    package var experiment: String
    package var variant: String
    package var runs: Int
    package var finished: Int
    /// Of one run.
    package var epochs: Int
    /// That the training of one run shows.
    package var images: Int
    /// Nil where nothing tells the speed.
    package var imagesPerSecond: Double?
    /// Of the runs that are missing: the time that is left, and what they will keep.
    package var cost: RunCost

    enum CodingKeys: String, CodingKey {
      case experiment, variant, runs, finished, epochs, images, cost
      case imagesPerSecond = "images_per_second"
    }
  }

  package var rows: [Row]
  /// Of all rows; its time is that from the first run to the last, those at once counted once.
  package var total: RunCost
  /// Runs that would be trained at the same time. Rows' speeds and hours are those of one of them.
  package var atOnce: Int
  /// Where the speeds are from.
  package var machine: String

  enum CodingKeys: String, CodingKey {
    case rows, total, machine
    case atOnce = "at_once"
  }
}

extension ExperimentRunner {
  /// Foretells what ``run(variants:threads:loaderThreads:checkpoints:measuring:acceptsDamage:isInterrupted:report:)`` would
  /// take: by records of this machine, and where those do not tell by a few steps that are measured and thrown away.
  ///
  /// A run that several variants share is counted once, with the first of them.
  ///
  /// - Parameters:
  ///   - measuring: seconds that may be spent on steps.
  ///   - company: who would train with this process; nobody is started.
  /// - Throws: what running throws before the first run is trained.
  package func plan(
    variants: [String]? = nil, threads: Int, measuring: Double, company: Company = .none,
    isInterrupted: () -> Bool = { false },
    report: (Event) -> Void = { _ in }
  ) throws -> SweepPlan {
    let finished = FinishedRuns(in: store)
    let runs = try prepare(
      variants: variants, finished: finished, threads: threads, isInterrupted: isInterrupted, report: report)
    var seen: Set<String> = []
    var entries: [(run: Run, isFinished: Bool)] = []
    for run in runs where seen.insert(run.key).inserted {
      entries.append((run, try finished.record(of: run.identity) != nil))
    }
    let pending = entries.filter { !$0.isFinished }.map(\.run)
    let (processes, share) = company.shares(of: pending, threads: threads)
    let forecast = forecast(for: pending, among: runs, measuring: measuring, threads: share)
    let begun = imagesBegun(in: pending)
    var rows: [SweepPlan.Row] = []
    var bytes: [Settings: Int] = [:]
    var seconds: [Double?] = []
    for (run, isFinished) in entries {
      let place = rows.firstIndex {
        $0.experiment == run.plan.name && $0.variant == run.trial.variant
      }
      var row =
        place.map { rows[$0] }
        ?? SweepPlan.Row(
          experiment: run.plan.name, variant: run.trial.variant, runs: 0, finished: 0,
          epochs: run.parts.isEmpty ? run.trial.settings.train.totalEpochs : 0,
          images: run.work.trainingImages,
          imagesPerSecond: forecast.imagesPerSecond(of: run.work),
          cost: RunCost(runs: 0, seconds: 0, bytes: 0))
      row.runs += 1
      if isFinished {
        row.finished += 1
      } else {
        let left = run.work.trainingImages - min(begun(run.identity), run.work.trainingImages)
        let kept = bytes[run.trial.settings] ?? RunFootprint.bytes(of: run)
        bytes[run.trial.settings] = kept
        seconds.append(forecast.seconds(of: run.work, trainingLeft: left))
        row.cost = row.cost + RunCost(runs: 1, seconds: seconds.last ?? nil, bytes: kept)
      }
      if let place { rows[place] = row } else { rows.append(row) }
    }
    var total = rows.map(\.cost).reduce(RunCost(runs: 0, seconds: 0, bytes: 0)) { $0 + $1 }
    total.seconds = SweepForecast.seconds(of: seconds, among: processes)
    return SweepPlan(
      rows: rows, total: total, atOnce: processes, machine: ProvenanceProbe.Machine(threads: threads).words)
  }
}
