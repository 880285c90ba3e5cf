/// How often a run is saved between the ends of its epochs, at each of which it is saved in any case.
///
/// It decides what an interruption costs, and nothing of the result: it is no setting of an experiment.
package enum CheckpointInterval: Sendable, Hashable {
  /// After so many steps, counted from the epoch's start.
  case steps(Int)
  /// After a minute, and less often where saving would take more than a fiftieth of the time: an epoch of a large network
  /// takes hours on a processor, and its checkpoint seconds on a slow disk.
  case automatic
}
