import Foundation
import Runs

extension ExperimentPlan {
  /// What the disk knows of a trial, and how many other runs could have been meant.
  package struct Found: Sendable {
    /// The trial.
    package let trial: Trial
    /// Its record; nil where no run of these settings was started.
    package let record: RunRecord?
    /// Runs of the same settings that were passed over: made on other data, or by another version of the engine.
    package let others: Int
  }

  /// Finds each trial's run among those on disk by its settings, without the data or the engine at hand.
  ///
  /// A run's folder is named by a hash that also covers the data and the engine's version. Where several runs have the
  /// trial's settings and seed, a finished one is taken before an unfinished one, then the one that was started last,
  /// then one of this experiment: a run that another experiment made under the same settings is as good.
  ///
  /// - Throws: `FileError` where a record is damaged, `ConfigurationError` where a stored plan is.
  package func records(in store: RunStore) throws -> [Found] {
    let wanted = try trials()
    var runs: [(identity: RunIdentity, trial: Trial)] = []
    for run in store.identities() where wanted.contains(where: { $0.seed == run.seed }) {
      // What is damaged in other experiments is none of this one's business.
      if run.experiment == runsOf {
        if let trial = try Self.trial(of: run, in: store) { runs.append((run, trial)) }
      } else if let trial = try? Self.trial(of: run, in: store) {
        runs.append((run, trial))
      }
    }
    return try wanted.map { trial in
      let records = try runs.filter {
        $0.trial.settings.deciding == trial.settings.deciding && $0.trial.seed == trial.seed
      }
      .compactMap { try store.record(for: $0.identity) }
      let best = records.max { rank($0, for: trial) < rank($1, for: trial) }
      return Found(trial: trial, record: best, others: max(0, Set(records.map(\.identity.hash)).count - 1))
    }
  }

  private static func trial(of run: RunIdentity, in store: RunStore) throws -> Trial? {
    guard let text = try store.plan(of: run) else { return nil }
    return try Trial(resolvedYAML: text, experiment: run.experiment, file: store.url(.plan, of: run).path)
  }

  private func rank(_ record: RunRecord, for trial: Trial) -> (Int, String, Int, String) {
    let isOwn = record.identity.experiment == trial.experiment && record.identity.variant == trial.variant
    return (
      record.metrics == nil ? 0 : 1, record.provenance?.started ?? "", isOwn ? 1 : 0, record.identity.hash
    )
  }
}
