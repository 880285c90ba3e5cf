import Foundation

/// How long runs take, each at its own speed.
///
/// A run's speed is what the last run of the same settings did in this sitting, under whichever seed. Settings that no
/// run has been seen of take the time of the most similar network that was seen, in proportion to the multiplications of
/// a forward pass.
package struct SweepForecast {
  /// What a run has to do.
  package struct Work: Sendable {
    package let settings: Settings
    /// Multiplications of a forward pass over one image.
    package let multiplications: Double
    /// Images of all epochs.
    package let trainingImages: Int
    /// Images whose descriptors are extracted.
    package let evaluationImages: Int

    package init(settings: Settings, multiplications: Double, trainingImages: Int, evaluationImages: Int) {
      self.settings = settings
      self.multiplications = multiplications
      self.trainingImages = trainingImages
      self.evaluationImages = evaluationImages
    }
  }

  /// What is done with an image.
  package enum Phase: CaseIterable {
    case training
    case evaluating
  }

  /// Forward, and back by the input and by the weights: what training costs of an image where only evaluation was seen,
  /// or the other way round.
  private static let passesOfTraining = 3.0

  private struct Key: Hashable {
    let settings: Settings
    let phase: Phase
  }

  /// A run's first seconds tell little of its speed: memory is taken, and images are decoded. They count where nothing
  /// better is known.
  static let secondsToWarmUp = 1.0

  package init() {}

  private var secondsPerImage: [Key: (seconds: Double, multiplications: Double, isWarm: Bool)] = [:]

  /// Remembers how long a run has taken over its images so far.
  package mutating func observe(_ work: Work, _ phase: Phase, images: Int, seconds: Double) {
    guard images > 0, seconds > 0 else { return }
    let key = Key(settings: work.settings, phase: phase)
    let isWarm = seconds > Self.secondsToWarmUp
    if secondsPerImage[key]?.isWarm ?? false, !isWarm { return }
    secondsPerImage[key] = (seconds / Double(images), work.multiplications, isWarm)
  }

  /// Seconds of all that a run has to do; nil before any run was seen.
  package func seconds(of work: Work) -> Double? {
    seconds(of: work, trainingLeft: work.trainingImages)
  }

  /// Seconds of the rest of a run, of which so many images of training are left.
  package func seconds(of work: Work, trainingLeft: Int) -> Double? {
    guard let training = perImage(work, .training), let evaluating = perImage(work, .evaluating) else { return nil }
    return training * Double(trainingLeft) + evaluating * Double(work.evaluationImages)
  }

  private func perImage(_ work: Work, _ phase: Phase) -> Double? {
    if let own = secondsPerImage[Key(settings: work.settings, phase: phase)] { return own.seconds }
    if let near = nearest(to: work, phase) { return near }
    let other: Phase = phase == .training ? .evaluating : .training
    let factor = phase == .training ? Self.passesOfTraining : 1 / Self.passesOfTraining
    return nearest(to: work, other).map { $0 * factor }
  }

  /// The time of the network whose multiplications are nearest in proportion, scaled by them. Equally near ones are
  /// averaged, so that no order decides.
  private func nearest(to work: Work, _ phase: Phase) -> Double? {
    let seen = secondsPerImage.filter { $0.key.phase == phase }.values
    func distance(_ multiplications: Double) -> Double { abs(log(multiplications / work.multiplications)) }
    guard let least = seen.map({ distance($0.multiplications) }).min() else { return nil }
    let near = seen.filter { distance($0.multiplications) <= least + 1e-9 }
      .map { $0.seconds * work.multiplications / $0.multiplications }
    return near.reduce(0, +) / Double(near.count)
  }
}
