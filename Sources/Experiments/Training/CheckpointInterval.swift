/// How often a run is saved between the ends of its epochs, at each of which it is saved in any case.
///
/// It decides what an interruption costs, and nothing of the result: it is no setting of an experiment.
public enum CheckpointInterval: Sendable, Hashable {
  /// After so many steps, counted from the epoch's start.
  case steps(Int)
  /// After the step in which so many seconds have passed since the last time.
  case seconds(Double)

  /// A minute: an epoch of a large network takes hours on a processor, that of a small one less than this.
  public static let usual = seconds(60)
}
