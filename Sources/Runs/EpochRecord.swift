/// What one epoch of training did: a line of `epochs.jsonl`.
package struct EpochRecord: Codable, Hashable, Sendable {
  /// The epoch, counted from 1.
  package var epoch: Int
  /// The phase of training, where there are several.
  package var phase: String?
  /// Optimiser steps in this epoch.
  package var steps: Int
  /// Images trained on in this epoch.
  package var images: Int
  /// The mean total loss over the epoch's steps (Equation 2 or 6 of the paper).
  package var loss: Double
  /// The mean unweighted loss of each task: `global`, `part`, `attribute`, `attention`.
  package var losses: [String: Double]
  /// What each task's loss is multiplied with at the epoch's end: λ, or 1/σ² where it is learned.
  package var weights: [String: Double]
  /// The learned σ of each task at the epoch's end; absent with fixed weights.
  package var sigma: [String: Double]?
  /// The learning rate of each parameter group: `new`, `pretrained`.
  package var rates: [String: Double]
  /// Wall-clock seconds.
  package var seconds: Double
  /// Seconds in which training waited for images.
  package var secondsWaiting: Double

  /// Records an epoch.
  package init(
    epoch: Int, phase: String? = nil, steps: Int, images: Int, loss: Double, losses: [String: Double],
    weights: [String: Double],
    sigma: [String: Double]?, rates: [String: Double], seconds: Double, secondsWaiting: Double
  ) {
    self.epoch = epoch
    self.phase = phase
    self.steps = steps
    self.images = images
    self.loss = loss
    self.losses = losses
    self.weights = weights
    self.sigma = sigma
    self.rates = rates
    self.seconds = seconds
    self.secondsWaiting = secondsWaiting
  }

  enum CodingKeys: String, CodingKey {
    case epoch, phase, steps, images, loss, losses, weights, sigma, rates, seconds
    case secondsWaiting = "seconds_waiting"
  }
}
