/// How far training has come: what a checkpoint holds beside the model's numbers.
package struct TrainingProgress: Codable, Equatable {
  /// Epochs that are complete.
  var epochs = 0
  /// Steps taken in the epoch that is not.
  var steps = 0
  /// Sums over those steps, for the epoch's record.
  var sums = EpochSums()
  /// Each task's loss at the first step of all; absent in checkpoints from before it was kept.
  var firstLosses: [String: Double]?
  /// Seconds of training over all sittings.
  package var seconds = 0.0

  /// What an epoch adds up step by step.
  struct EpochSums: Codable, Equatable {
    var loss = 0.0
    var losses: [String: Double] = [:]
    var images = 0
    package var seconds = 0.0
    var secondsWaiting = 0.0
  }

  /// Whether a run of such epochs can have come this far.
  func fits(_ schedule: TrainingSchedule) -> Bool {
    let (all, stretch) = (schedule.epochs, schedule.stretch(of: epochs))
    return (0...all).contains(epochs) && (0...stretch.steps).contains(steps) && (epochs < all || steps == 0)
      && sums.images == steps * stretch.phase.batch
  }
}
