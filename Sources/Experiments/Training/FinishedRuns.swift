import Runs
import Support

/// The finished runs on disk by what decides their result.
struct FinishedRuns {
  private let store: RunStore
  private let byHash: [String: [RunIdentity]]

  /// Lists the runs of a store.
  init(in store: RunStore) {
    self.store = store
    byHash = Dictionary(grouping: store.identities(), by: \.hash)
  }

  /// The record of a run, where it is finished: its own, else that of a run of another experiment or variant with the
  /// same hash.
  ///
  /// - Throws: `FileError` where a file of it is damaged.
  func record(of run: RunIdentity) throws(FileError) -> RunRecord? {
    if store.isFinished(run) { return try store.record(for: run) }
    for other in byHash[run.hash] ?? [] where other.seed == run.seed && store.isFinished(other) {
      return try store.record(for: other)
    }
    return nil
  }
}
