import Foundation

/// How long runs take, each phase of training and the evaluation at its own speed.
///
/// A speed is what the run at hand does whose images cost the same, before it what earlier runs did in the middle, under
/// whichever seed and in however many epochs. What was not seen yet takes the time of the most similar work that was, in
/// proportion to the multiplications.
package struct SweepForecast {
  /// What a run has to do.
  package struct Work: Sendable {
    /// Multiplications of a forward pass over one image.
    package let multiplications: Double
    /// The phases of training, one after the other.
    package let phases: [Phase]
    /// Images that the network runs over to be evaluated.
    package let evaluationImages: Int
    /// The settings that an image's cost depends on, for each phase and then for the evaluation.
    fileprivate let costs: [Settings]

    package init(settings: Settings, multiplications: Double, phases: [Phase], evaluationImages: Int) {
      self.multiplications = multiplications
      self.phases = phases
      self.evaluationImages = evaluationImages
      let plan = settings.train.plan
      costs = phases.indices.map { settings.cost(in: plan[min($0, plan.count - 1)]) } + [settings.cost(in: nil)]
    }

    /// Images of all epochs.
    package var trainingImages: Int { phases.reduce(0) { $0 + $1.images } }
  }

  /// What a phase of training has to do.
  package struct Phase: Sendable {
    /// Images of all its epochs.
    package let images: Int
    /// Images that are described meanwhile, to look for triplets among them.
    package let described: Int
    /// What an image costs, in forward passes over an image of the test.
    package let passes: Double

    /// - Parameter learning: the share of the multiplications in layers that gradients go back through: by the input and
    ///   by the weights, each as costly as the way forward.
    /// - Parameter size: what a forward pass over one of its images costs, in those over an image of the test.
    package init(images: Int, described: Int = 0, learning: Double = 1, size: Double = 1) {
      (self.images, self.described, passes) = (images, described, (1 + 2 * learning) * size)
    }
  }

  /// What is done with an image.
  package enum Stage: Hashable {
    /// Training, in the phase of that place.
    case training(Int)
    case evaluating
  }

  private struct Key: Hashable {
    let cost: Settings
    let isTraining: Bool
  }

  /// A run's first seconds tell little of its speed: memory is taken, and images are decoded. They count where nothing
  /// better is known.
  static let secondsToWarmUp = 1.0

  package init() {}

  private var seen: [Key: (secondsPerImage: Double, multiplications: Double, isWarm: Bool)] = [:]
  /// Seconds an image in each stretch of earlier runs, ascending.
  private var recalled: [Key: [Double]] = [:]

  /// Remembers how long a run has taken over its images of a stage so far.
  ///
  /// - Parameter isWarm: whether that tells the speed; nil where the seconds say so.
  package mutating func observe(_ work: Work, _ stage: Stage, images: Int, seconds: Double, isWarm: Bool? = nil) {
    guard images > 0, seconds > 0 else { return }
    let key = key(work, stage)
    let isWarm = isWarm ?? (seconds > Self.secondsToWarmUp)
    if seen[key]?.isWarm ?? false, !isWarm { return }
    seen[key] = (seconds / Double(images), multiplications(of: work, stage), isWarm)
  }

  /// Remembers a stretch of an earlier run. The median of all decides, whatever held up some of them.
  package mutating func recall(_ work: Work, _ stage: Stage, images: Int, seconds: Double) {
    guard images > 0, seconds > 0 else { return }
    let key = key(work, stage)
    let pace = seconds / Double(images)
    var paces = recalled.removeValue(forKey: key) ?? []
    paces.insert(pace, at: paces.firstIndex { $0 > pace } ?? paces.count)
    recalled[key] = paces
    seen[key] = (paces.medianOfAscending ?? pace, multiplications(of: work, stage), true)
  }

  /// Whether a stage's own speed is known.
  func knows(_ work: Work, _ stage: Stage) -> Bool { seen[key(work, stage)] != nil }

  private func key(_ work: Work, _ stage: Stage) -> Key {
    guard case .training(let place) = stage else { return Key(cost: work.costs[work.phases.count], isTraining: false) }
    return Key(cost: work.costs[min(place, work.costs.count - 1)], isTraining: true)
  }

  /// The time that runs take some processes together, the longest run by itself at least; nil where one is not known.
  static func seconds(of runs: [Double?], among processes: Int) -> Double? {
    let known = runs.compactMap { $0 }
    return known.count == runs.count ? max(known.max() ?? 0, known.reduce(0, +) / Double(processes)) : nil
  }

  /// Seconds of all that a run has to do; nil before any run was seen.
  package func seconds(of work: Work) -> Double? {
    seconds(of: work, trainingLeft: work.trainingImages)
  }

  /// Seconds of the rest of a run, of which so many images of training are left.
  package func seconds(of work: Work, trainingLeft: Int) -> Double? {
    guard let evaluating = perImage(work, .evaluating) else { return nil }
    var seconds = evaluating * Double(work.evaluationImages)
    var left = trainingLeft
    for (place, phase) in work.phases.enumerated().reversed() {
      let images = min(left, phase.images)
      left -= images
      let described = Double(phase.described) * Double(images) / Double(max(1, phase.images))
      seconds += (perImage(work, .training(place)) ?? 0) * Double(images) + evaluating * described
    }
    return seconds
  }

  /// Images that training shows in a second, the mean over its phases; nil before any run was seen.
  package func imagesPerSecond(of work: Work) -> Double? {
    guard work.trainingImages > 0, let all = seconds(of: work), let evaluating = perImage(work, .evaluating) else {
      return nil
    }
    let training = all - evaluating * Double(work.evaluationImages)
    return training > 0 ? Double(work.trainingImages) / training : nil
  }

  /// Multiplications that an image costs, the way back included.
  private func multiplications(of work: Work, _ stage: Stage) -> Double {
    guard case .training(let place) = stage, place < work.phases.count else { return work.multiplications }
    return work.phases[place].passes * work.multiplications
  }

  /// Nil before anything was seen.
  private func perImage(_ work: Work, _ stage: Stage) -> Double? {
    let key = key(work, stage)
    if let own = seen[key] { return own.secondsPerImage }
    let wanted = multiplications(of: work, stage)
    // The way back has other speeds than the way forward: a stage of the other kind stands in where there is none of this.
    return nearest(to: wanted) { $0.isTraining == key.isTraining } ?? nearest(to: wanted) { _ in true }
  }

  /// The time of the work whose multiplications are nearest in proportion, scaled by them. Equally near ones are averaged,
  /// so that no order decides.
  private func nearest(to wanted: Double, where isOfKind: (Key) -> Bool) -> Double? {
    let seen = seen.filter { isOfKind($0.key) }.values
    func distance(_ multiplications: Double) -> Double { abs(log(multiplications / wanted)) }
    guard let least = seen.map({ distance($0.multiplications) }).min() else { return nil }
    let near = seen.filter { distance($0.multiplications) <= least + 1e-9 }
      .map { $0.secondsPerImage * wanted / $0.multiplications }
    return near.reduce(0, +) / Double(near.count)
  }
}

extension Settings {
  /// These settings without what does not change the cost of an image: in a phase of training, or else in evaluation.
  fileprivate func cost(in phase: Train.Phase?) -> Settings {
    var cost = self
    cost.loss = Loss()
    cost.train = Train()
    guard let phase else { return cost }
    cost.evaluate = Evaluate()
    cost.train.phases = [phase.cost]
    return cost
  }
}

extension Settings.Train.Phase {
  fileprivate var cost: Self {
    var cost = Self()
    (cost.batch, cost.size, cost.sampler, cost.frozen) = (batch, size, sampler, frozen)
    (cost.batchNorm, cost.tasks, cost.dropout) = (batchNorm, tasks, dropout)
    return cost
  }
}
