import Foundation

/// How long runs take, each phase of training and the evaluation at its own speed.
///
/// A phase's speed is what the last run of the same settings did in it in this sitting, under whichever seed. What was not
/// seen yet takes the time of the most similar work that was, in proportion to the multiplications.
package struct SweepForecast {
  /// What a run has to do.
  package struct Work: Sendable {
    package let settings: Settings
    /// Multiplications of a forward pass over one image.
    package let multiplications: Double
    /// The phases of training, one after the other.
    package let phases: [Phase]
    /// Images whose descriptors are extracted.
    package let evaluationImages: Int

    package init(settings: Settings, multiplications: Double, phases: [Phase], evaluationImages: Int) {
      self.settings = settings
      self.multiplications = multiplications
      self.phases = phases
      self.evaluationImages = evaluationImages
    }

    /// Images of all epochs.
    package var trainingImages: Int { phases.reduce(0) { $0 + $1.images } }
  }

  /// What a phase of training has to do.
  package struct Phase: Sendable {
    /// Images of all its epochs.
    package let images: Int
    /// What an image costs, in forward passes over an image of the test.
    package let passes: Double

    /// - Parameter learning: the share of the multiplications in layers that gradients go back through: by the input and
    ///   by the weights, each as costly as the way forward.
    /// - Parameter size: what a forward pass over one of its images costs, in those over an image of the test.
    package init(images: Int, learning: Double = 1, size: Double = 1) {
      (self.images, passes) = (images, (1 + 2 * learning) * size)
    }
  }

  /// What is done with an image.
  package enum Stage: Hashable {
    /// Training, in the phase of that place.
    case training(Int)
    case evaluating

    fileprivate var isTraining: Bool { self != .evaluating }
  }

  private struct Key: Hashable {
    let settings: Settings
    let stage: Stage
  }

  /// A run's first seconds tell little of its speed: memory is taken, and images are decoded. They count where nothing
  /// better is known.
  static let secondsToWarmUp = 1.0

  package init() {}

  private var seen: [Key: (secondsPerImage: Double, multiplications: Double, isWarm: Bool)] = [:]

  /// Remembers how long a run has taken over its images of a stage so far.
  package mutating func observe(_ work: Work, _ stage: Stage, images: Int, seconds: Double) {
    guard images > 0, seconds > 0 else { return }
    let key = Key(settings: work.settings, stage: stage)
    let isWarm = seconds > Self.secondsToWarmUp
    if seen[key]?.isWarm ?? false, !isWarm { return }
    seen[key] = (seconds / Double(images), multiplications(of: work, stage), isWarm)
  }

  /// Seconds of all that a run has to do; nil before any run was seen.
  package func seconds(of work: Work) -> Double? {
    seconds(of: work, trainingLeft: work.trainingImages)
  }

  /// Seconds of the rest of a run, of which so many images of training are left.
  package func seconds(of work: Work, trainingLeft: Int) -> Double? {
    guard var seconds = perImage(work, .evaluating).map({ $0 * Double(work.evaluationImages) }) else { return nil }
    var left = trainingLeft
    for (place, phase) in work.phases.enumerated().reversed() {
      let images = min(left, phase.images)
      left -= images
      seconds += (perImage(work, .training(place)) ?? 0) * Double(images)
    }
    return seconds
  }

  /// Multiplications that an image costs, the way back included.
  private func multiplications(of work: Work, _ stage: Stage) -> Double {
    guard case .training(let place) = stage, place < work.phases.count else { return work.multiplications }
    return work.phases[place].passes * work.multiplications
  }

  /// Nil before anything was seen.
  private func perImage(_ work: Work, _ stage: Stage) -> Double? {
    if let own = seen[Key(settings: work.settings, stage: stage)] { return own.secondsPerImage }
    let wanted = multiplications(of: work, stage)
    // The way back has other speeds than the way forward: a stage of the other kind stands in where there is none of this.
    return nearest(to: wanted) { $0.isTraining == stage.isTraining } ?? nearest(to: wanted) { _ in true }
  }

  /// The time of the work whose multiplications are nearest in proportion, scaled by them. Equally near ones are averaged,
  /// so that no order decides.
  private func nearest(to wanted: Double, where isOfKind: (Stage) -> Bool) -> Double? {
    let seen = seen.filter { isOfKind($0.key.stage) }.values
    func distance(_ multiplications: Double) -> Double { abs(log(multiplications / wanted)) }
    guard let least = seen.map({ distance($0.multiplications) }).min() else { return nil }
    let near = seen.filter { distance($0.multiplications) <= least + 1e-9 }
      .map { $0.secondsPerImage * wanted / $0.multiplications }
    return near.reduce(0, +) / Double(near.count)
  }
}
