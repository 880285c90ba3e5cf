import Foundation
import Runs
import Support

/// A run that is asked for and not finished, as a call of its own can make it.
package struct MissingRun: Sendable {
  package let trial: Trial
  /// Its name, as far as it is known: what it starts from may not be finished yet.
  package let identity: RunIdentity
  /// The experiment that makes it, under the trial's variant and seed.
  package let experiment: String
  /// Whether the changes of the command line reach it: they do not reach the runs that backbones start from.
  package let takesOverrides: Bool
  /// 0 where it can be made at once; otherwise one more than the stage of what must be finished before it.
  package let stage: Int
  /// The missing runs that it combines or starts from, those that they need among them.
  package let needs: Set<RunIdentity>
}

extension ExperimentRunner {
  /// How everything that is asked for stands, without training any of it.
  ///
  /// A run that no call could name, such as a changed variant that a row combines, is left to the call that makes the row.
  ///
  /// - Parameters: as of ``run(variants:threads:loaderThreads:checkpoints:measuring:acceptsDamage:company:isInterrupted:report:)``;
  ///   `processes` is how many are to train each run together.
  /// - Returns: the trials that are finished, in the plans' order, and the runs that are missing, each once, what must be
  ///   made first before what needs it.
  /// - Throws: what running throws before the first run is trained.
  package func missing(
    variants: [String]? = nil, processes: Int, acceptsDamage: Bool, threads: Int,
    isInterrupted: () -> Bool = { false }, report: (Event) -> Void = { _ in }
  ) throws -> (finished: [(trial: Trial, record: RunRecord)], missing: [MissingRun]) {
    let finished = FinishedRuns(in: store)
    let runs = try prepare(
      variants: variants, finished: finished, threads: threads, isInterrupted: isInterrupted, report: report)
    var records: [String: RunRecord] = [:]
    var pending: [String: Run] = [:]
    var order: [String] = []
    for run in runs where records[run.key] == nil && pending[run.key] == nil {
      if let record = try finished.record(of: run.identity) {
        records[run.key] = record
      } else {
        pending[run.key] = run
        order.append(run.key)
      }
    }
    let waiting = order.compactMap { pending[$0] }
    try requireShards(of: waiting.filter(\.parts.isEmpty), among: processes)
    for (_, data) in opened.sorted(by: { $0.key.order < $1.key.order })
    where waiting.contains(where: { $0.data === data }) {
      try requireSound(data, acceptsDamage: acceptsDamage, report: report)
    }
    let own = Set(try plans.flatMap { plan throws(ConfigurationError) in try plan.trials() })
    let sourced = Set(sources.all.map(\.trial))
    func isNamed(_ run: Run) -> Bool { own.contains(run.trial) || sourced.contains(run.trial) }
    func stage(of run: Run) -> Int {
      run.needs.compactMap { pending[$0.run.key] }.map { stage(of: $0) + (isNamed($0) ? 1 : 0) }.max() ?? 0
    }
    func all(neededBy run: Run) -> Set<RunIdentity> {
      run.needs.compactMap { pending[$0.run.key] }.reduce(into: []) { needs, need in
        needs.insert(need.identity)
        needs.formUnion(all(neededBy: need))
      }
    }
    return (
      runs.compactMap { run in records[run.key].map { (run.trial, $0) } },
      waiting.filter(isNamed).map { run in
        MissingRun(
          trial: run.trial, identity: run.identity, experiment: run.plan.name,
          takesOverrides: own.contains(run.trial), stage: stage(of: run), needs: all(neededBy: run))
      }
    )
  }
}
