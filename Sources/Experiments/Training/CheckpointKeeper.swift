import Foundation
import Models
import Runs

/// Keeps a run's last two checkpoints, and goes on from the latest that is sound.
struct CheckpointKeeper {
  private let identity: RunIdentity
  private let store: RunStore
  private let interval: CheckpointInterval
  private let clock = SuspendingClock()
  private var lastSaved: SuspendingClock.Instant
  /// How long saving took the last time.
  private var cost = Duration.zero
  /// Whether `checkpoint.safetensors` is worth keeping when the next one takes its place.
  private var keepsLatest = true

  init(_ identity: RunIdentity, in store: RunStore, every interval: CheckpointInterval) {
    self.identity = identity
    self.store = store
    self.interval = interval
    lastSaved = clock.now
  }

  /// Whether it is time to save within an epoch.
  ///
  /// - Parameter steps: steps taken in the epoch.
  func isDue(afterSteps steps: Int) -> Bool {
    switch interval {
    case .steps(let count): steps % max(1, count) == 0
    case .automatic: lastSaved.duration(to: clock.now) >= max(.seconds(60), cost * 50)
    }
  }

  /// Writes a checkpoint beside the last one, sees to it that it is on the disk, and lets go of the one before that.
  ///
  /// - Throws: `FileError` where it cannot be written; the last one is untouched then.
  mutating func save(_ model: AANet, _ progress: TrainingProgress) throws {
    let start = clock.now
    try store.write(
      try Checkpoint.pieces(model, progress), as: .checkpoint, keeping: keepsLatest ? .previousCheckpoint : nil,
      of: identity)
    keepsLatest = true
    lastSaved = clock.now
    cost = start.duration(to: lastSaved)
  }

  /// Loads the latest checkpoint that is sound, and cuts the record of epochs back to it.
  ///
  /// - Parameters:
  ///   - schedule: the epochs of the whole run.
  ///   - say: told where a checkpoint cannot be used, and what that costs.
  /// - Returns: how far training had come; nothing where there is no sound checkpoint.
  /// - Throws: `FileError` where the record cannot be read or cut; ``TrainingError/inconsistent(file:reason:)``
  ///   where it lacks epochs that the checkpoint has.
  mutating func restore(
    into model: AANet, _ schedule: TrainingSchedule, say: (String) -> Void
  ) throws -> TrainingProgress {
    var complaints: [String] = []
    var found: (progress: TrainingProgress, file: RunStore.File)?
    for file in [RunStore.File.checkpoint, .previousCheckpoint] where store.has(file, of: identity) {
      let url = store.url(file, of: identity)
      try store.requireReadable(file, of: identity)
      do {
        found = (try Checkpoint.load(url, into: model, schedule), file)
        break
      } catch {
        complaints.append("\(url.path) cannot be used (\(error.description))")
      }
    }
    // A damaged file must not push out the sound one from before it.
    keepsLatest = found?.file == .checkpoint
    let progress = found?.progress ?? TrainingProgress()
    // The record may be ahead of the checkpoint, never behind it.
    let recorded = try store.epochs(of: identity).count
    guard recorded >= progress.epochs else {
      throw TrainingError.inconsistent(
        file: store.url(.epochs, of: identity),
        reason: "\(recorded) epochs are recorded, the checkpoint has \(progress.epochs); remove the run's folder")
    }
    if found?.file == .previousCheckpoint && complaints.isEmpty {
      complaints.append("\(store.url(.checkpoint, of: identity).path) is missing")
    }
    if !complaints.isEmpty {
      say(
        complaints.joined(separator: ", nor ") + "; "
          + Self.consequence(found?.progress, lost: recorded - progress.epochs))
    }
    try store.keepEpochs(upTo: progress.epochs, of: identity)
    return progress
  }

  /// What damage costs: where training goes on, and which finished epochs are trained again.
  private static func consequence(_ progress: TrainingProgress?, lost: Int) -> String {
    let again =
      switch lost {
      case 0: "no finished epoch is lost"
      case 1: "1 finished epoch is trained again"
      default: "\(lost) finished epochs are trained again"
      }
    guard let progress else { return "the run starts anew, \(again)" }
    return "the run goes on from \(RunStore.File.previousCheckpoint.rawValue), "
      + "after epoch \(progress.epochs) and \(progress.steps) steps: \(again)"
  }
}

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
