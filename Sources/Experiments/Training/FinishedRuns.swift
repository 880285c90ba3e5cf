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

/// What a call of ``ExperimentRunner`` left undone, having gone on with everything else.
package struct UnfinishedRuns: Sendable, CustomStringConvertible {
  /// A run that another process is at work on.
  package struct Occupied: Sendable {
    /// The trial.
    package let trial: Trial
    /// Its run.
    package let run: RunIdentity
    /// Who has it; nil where that has not said who it is.
    package let holder: RunHolder?
  }

  /// A run that needs one that is not finished.
  package struct Waiting: Sendable {
    /// What it needs that one for.
    package enum Relation: String, Sendable {
      case combines
      case startsFrom = "starts from"
    }

    package let trial: Trial
    package let run: RunIdentity
    /// The run that it waits for.
    package let part: RunIdentity
    package let relation: Relation
  }

  /// Trials with their records, in the plans' order, that are finished.
  package var finished: [(trial: Trial, record: RunRecord)] = []
  /// Runs that other processes are at work on.
  package var occupied: [Occupied] = []
  /// Runs whose numbers stopped being finite.
  package var diverged: [Divergence] = []
  /// Runs that combine one of those, or start from its backbone.
  package var waiting: [Waiting] = []

  /// Whether nothing was left undone.
  var isEmpty: Bool { occupied.isEmpty && diverged.isEmpty && waiting.isEmpty }

  /// Each in a line that names it.
  package var lines: [String] {
    diverged.map(\.description)
      + occupied.map { left in
        "\(left.run.inWords): left to "
          + "\(left.holder.map(\.description) ?? "another process"), which is at work on it"
      }
      + waiting.map {
        "\($0.run.inWords): waits for \($0.part.inWords), which it \($0.relation.rawValue) and which is not finished"
      }
  }

  /// All of them.
  package var description: String { lines.joined(separator: "\n") }
}
