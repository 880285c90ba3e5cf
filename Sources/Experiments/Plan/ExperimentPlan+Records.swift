import Configuration
import Foundation
import Runs

extension ExperimentPlan {
  /// What the disk knows of a trial, and how many other runs could have been meant.
  public struct Found: Sendable {
    /// The trial.
    public let trial: Trial
    /// Its record; nil where no run of these settings was started.
    public let record: RunRecord?
    /// Runs of the same settings that were passed over: made on other data, or by another version of the engine.
    public let others: Int
  }

  /// Finds each trial's run among those on disk by its settings, without the data or the engine at hand.
  ///
  /// A run's folder is named by a hash that also covers the data and the engine's version. Where several runs have the
  /// trial's settings, a finished one is taken before an unfinished one, then the one that was started last.
  ///
  /// - Throws: `RunStoreError` where a record is damaged, `ConfigurationError` where a stored plan is.
  public func records(in store: RunStore) throws -> [Found] {
    let identities = store.identities().filter { $0.experiment == name }
    return try trials().map { trial in
      var candidates: [RunRecord] = []
      for run in identities where run.variant == trial.variant && run.seed == trial.seed {
        guard let text = try store.plan(of: run) else { continue }
        let file = store.url(.plan, of: run).path
        guard try Trial(resolvedYAML: text, experiment: run.experiment, file: file) == trial else { continue }
        if let record = try store.record(for: run) { candidates.append(record) }
      }
      let best = candidates.max { Self.rank($0) < Self.rank($1) }
      return Found(trial: trial, record: best, others: max(0, candidates.count - 1))
    }
  }

  private static func rank(_ record: RunRecord) -> (Int, String, String) {
    (record.metrics == nil ? 0 : 1, record.provenance?.started ?? "", record.identity.hash)
  }
}
