import Runs

/// What a call of ``ExperimentRunner`` left undone, having gone on with everything else.
public struct UnfinishedRuns: Sendable, CustomStringConvertible {
  /// A run that another process is at work on.
  public struct Occupied: Sendable {
    /// The trial.
    public let trial: Trial
    /// Its run.
    public let run: RunIdentity
    /// Who has it; nil where that has not said who it is.
    public let holder: RunHolder?
  }

  /// Trials with their records, in the plans' order, that are finished.
  public var finished: [(trial: Trial, record: RunRecord)]
  /// Runs that other processes are at work on.
  public var occupied: [Occupied]
  /// Runs whose numbers stopped being finite.
  public var diverged: [Divergence]

  /// Each in a line that names it.
  public var lines: [String] {
    diverged.map(\.description)
      + occupied.map { left in
        "\(left.run.inWords): left to "
          + "\(left.holder.map(\.description) ?? "another process"), which is at work on it"
      }
  }

  /// All of them.
  public var description: String { lines.joined(separator: "\n") }
}
