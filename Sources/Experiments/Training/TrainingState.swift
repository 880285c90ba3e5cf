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

  /// Whether a run of so many epochs, of so many steps, of so many images, can have come this far.
  func fits(epochs all: Int, steps perEpoch: Int, batch: Int) -> Bool {
    (0...all).contains(epochs) && (0...perEpoch).contains(steps) && (epochs < all || steps == 0)
      && sums.images == steps * batch
  }
}
