import Foundation
import Models
import Runs
import Support
import Tensors

/// A checkpoint: everything that training goes on from.
///
/// It holds the parameters with the learned log variances (σ), BatchNorm's running statistics, the optimiser's momentum,
/// and how far training has come, steps of the epoch included. It holds no random streams, because none outlives an
/// epoch: the order of the images and their mirroring are the only draws of training, and each epoch opens streams of
/// its own for them, named after it (``TrainingData/epochPlan(of:seed:epoch:)``). The steps taken say
/// which of the epoch's batches comes next. Layers draw nothing; there is no dropout.
///
/// The file is safetensors with a checksum over all of it.
package enum Checkpoint {
  private static let progressKey = "progress"
  private static let model = "model."
  private static let momentum = "momentum."

  /// Why a file is no checkpoint of this run.
  package struct Unusable: Error, CustomStringConvertible {
    package let description: String
  }

  /// The bytes of a checkpoint, in pieces to be written one after the other.
  static func pieces(_ network: AANet, _ progress: TrainingProgress) throws -> [[UInt8]] {
    let tensors = network.state(prefix: model)
      .merging(network.momentumState(prefix: momentum)) { first, _ in first }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    return try SafeTensors(tensors: tensors, metadata: [progressKey: text]).checkedPieces()
  }

  /// Loads a checkpoint into a model; one from before there were checksums too.
  ///
  /// - Parameter schedule: the epochs of the whole run.
  /// - Throws: ``Unusable`` where the file is damaged or of another model; nothing is loaded then.
  static func load(
    _ file: URL, into network: AANet, _ schedule: TrainingSchedule
  ) throws(Unusable) -> TrainingProgress {
    let stored: SafeTensors
    do { stored = try SafeTensors(checking: file) } catch {
      throw Unusable(description: String(error.description.trimmingPrefix("\(file.path): ")))
    }
    let progress = try progress(in: stored)
    guard progress.fits(schedule) else {
      let stretch = schedule.stretch(of: progress.epochs)
      throw Unusable(
        description: "it says that \(progress.epochs) epochs and \(progress.steps) steps with \(progress.sums.images) "
          + "images are done, of a run of \(schedule.epochs) epochs of \(stretch.steps) steps of \(stretch.phase.batch) images"
      )
    }
    do { try network.load(stored.tensors, prefix: model, momentum: momentum) } catch {
      throw Unusable(description: Wording.printable(error.description))
    }
    return progress
  }

  /// How far training had come.
  ///
  /// - Throws: ``Unusable`` where a file does not say.
  package static func progress(in stored: SafeTensors) throws(Unusable) -> TrainingProgress {
    let text = Data((stored.metadata[progressKey] ?? "").utf8)
    guard let progress = try? JSONDecoder().decode(TrainingProgress.self, from: text) else {
      throw Unusable(description: "it does not say how far training has come")
    }
    return progress
  }
}

/// How far training has come: what a checkpoint holds beside the model's numbers.
package struct TrainingProgress: Codable, Equatable {
  /// Epochs that are complete.
  var epochs = 0
  /// Steps taken in the epoch that is not.
  var steps = 0
  /// Sums over those steps, for the epoch's record.
  var sums = EpochSums()
  /// The triplets that were mined and not yet shown, a step after the other: the anchors' images, then their positives,
  /// then their negatives. They come from older weights, so that they cannot be mined again.
  var mined: [[Int]]?
  /// Each task's loss at the first step of all; absent in checkpoints from before it was kept.
  var firstLosses: [String: Double]?
  /// Seconds of training over all sittings.
  package var seconds = 0.0

  /// What an epoch adds up step by step.
  struct EpochSums: Codable, Equatable {
    var loss = 0.0
    var losses: [String: Double] = [:]
    /// The named terms of tasks' losses.
    var terms: [String: Double]?
    /// What was measured before the phase's transformation and after it.
    var measures: [String: Double]?
    /// What was gauged on the first batch.
    var gauge: TaskGauge?
    /// How large the parameters' numbers were after the last step.
    var magnitudes: [String: ParameterMagnitudes]?
    var images = 0
    package var seconds = 0.0
    var secondsWaiting = 0.0

    /// Adds what a step's losses were.
    mutating func add(_ losses: [TaskLoss], total: Double) {
      loss += total
      for loss in losses {
        self.losses[loss.task.rawValue, default: 0] += loss.value
        for term in loss.terms {
          guard let name = term.name else { continue }
          terms = (terms ?? [:]).merging(["\(loss.task.rawValue).\(name)": term.loss.value]) { $0 + $1 }
        }
      }
    }
  }

  /// Whether a run of such epochs can have come this far.
  func fits(_ schedule: TrainingSchedule) -> Bool {
    let (all, stretch) = (schedule.epochs, schedule.stretch(of: epochs))
    return (0...all).contains(epochs) && (0...stretch.steps).contains(steps) && (epochs < all || steps == 0)
      && sums.images == steps * stretch.phase.batch
      && (mined ?? []).allSatisfy { step in
        step.count == stretch.phase.batch && step.allSatisfy((0..<schedule.imagesOfSet).contains)
      }
  }
}
