import Foundation
import Models
import Tensors

/// How far training has come: what a checkpoint holds beside the model's numbers.
struct TrainingProgress: Codable, Equatable {
  /// Epochs that are complete.
  var epochs = 0
  /// Steps taken in the epoch that is not.
  var steps = 0
  /// Sums over those steps, for the epoch's record.
  var sums = EpochSums()
  /// Seconds of training over all sittings.
  var seconds = 0.0

  /// What an epoch adds up step by step.
  struct EpochSums: Codable, Equatable {
    var loss = 0.0
    var losses: [String: Double] = [:]
    var images = 0
    var seconds = 0.0
    var secondsWaiting = 0.0
  }
}

/// A checkpoint: the model's numbers, the optimiser's momentum, and how far training has come. Random streams need no
/// place in it, because each epoch draws from streams of its own.
enum Checkpoint {
  private static let progressKey = "progress"

  static func pieces(_ model: AANet, _ progress: TrainingProgress) throws -> [[UInt8]] {
    let tensors = model.state(prefix: "model.").merging(model.momentumState(prefix: "momentum.")) { first, _ in first }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(progress), as: UTF8.self)
    return try SafeTensors(tensors: tensors, metadata: [progressKey: text]).pieces()
  }

  /// Loads a checkpoint into a model.
  ///
  /// - Throws: `SafeTensorsError`, `ModelError` or `DecodingError` where the file is damaged or of another model.
  static func load(_ file: URL, into model: AANet) throws -> TrainingProgress {
    let stored = try SafeTensors(contentsOf: file)
    let progress = try JSONDecoder().decode(
      TrainingProgress.self, from: Data((stored.metadata[progressKey] ?? "").utf8))
    try model.load(stored.tensors, prefix: "model.")
    try model.loadMomentum(stored.tensors, prefix: "momentum.")
    return progress
  }
}
