import Foundation
import Layers
import Models
import Runs
import Support

/// How far a call of ``ExperimentRunner`` is with the runs that it trains.
struct Sweep {
  /// Images of all of them.
  let total: Int
  /// Which runs it is about, whichever of them are finished and whoever trains them.
  private let name: String
  /// Images of those that are done or passed over.
  private(set) var before = 0
  var occupied: [UnfinishedRuns.Occupied] = []
  var diverged: [Divergence] = []
  var waiting: [UnfinishedRuns.Waiting] = []
  private var pending: [(run: RunIdentity, work: SweepForecast.Work)]
  private var forecast: SweepForecast
  /// Processes that train at the same time.
  let processes: Int
  /// Whether one of the ``Company`` holds a run that was just looked at.
  var isCompanyAtWork = false
  /// The phase that the run at hand is in, where it began, and the last step: how many images, and when.
  private var pace: (phase: Int?, start: Mark, last: Mark) = (nil, (0, .now), (0, .now))

  /// When the describing that is under way began, and what was last heard of it.
  private var describing: (start: SuspendingClock.Instant, last: SuspendingClock.Instant)?

  private typealias Mark = (images: Int, time: SuspendingClock.Instant)

  /// - Parameters:
  ///   - all: the runs that are asked for, finished ones among them.
  ///   - forecast: what is known of speeds before the first step.
  ///   - processes: how many share the runs out.
  init(
    _ runs: [ExperimentRunner.Run], among all: [ExperimentRunner.Run], _ forecast: SweepForecast, processes: Int = 1
  ) {
    self.processes = processes
    let names = Set(all.map { "\($0.identity.experiment)/\($0.identity.variant)/\($0.identity.seed)" }).sorted()
    name = String(SHA256.hexadecimal(names.joined(separator: "\n").utf8).prefix(12))
    pending = runs.map { ($0.identity, $0.work) }
    total = pending.reduce(0) { $0 + $1.work.trainingImages }
    self.forecast = forecast
  }

  /// How far the call is before its first step.
  ///
  /// - Parameter begun: images that a run was trained on before.
  func outlook(begun: (RunIdentity) -> Int) -> SweepProgress {
    let done = pending.map { min(begun($0.run), $0.work.trainingImages) }
    let seconds = zip(pending, done).map { run, images in
      forecast.seconds(of: run.work, trainingLeft: run.work.trainingImages - images)
    }
    return SweepProgress(
      images: done.reduce(0, +), of: total, secondsLeft: SweepForecast.seconds(of: seconds, among: processes))
  }

  /// What is told of a run that another process finished meanwhile.
  func found(_ trial: Trial, _ record: RunRecord) -> ExperimentRunner.Event {
    processes > 1 ? .finished(trial, record) : .found(trial, record)
  }

  func isFailed(_ run: RunIdentity) -> Bool { diverged.contains { $0.run == run } }

  /// Gives a run its name, where that is known only now.
  mutating func rename(_ run: RunIdentity, to name: RunIdentity) {
    pending = pending.map { ($0.run == run ? name : $0.run, $0.work) }
  }

  /// Counts a run as done or passed over.
  mutating func leave(_ run: ExperimentRunner.Run) {
    before += run.work.trainingImages
    pending.removeAll { $0.run == run.identity }
  }

  /// Counts time from now on for a run that has been trained on so many images before.
  mutating func start(at images: Int) { (pace, describing) = ((nil, (images, .now), (images, .now)), nil) }

  /// Counts images that are described, so many by now, to look for triplets among them.
  mutating func describe(of work: SweepForecast.Work, done: Int) {
    let start = done == 0 ? .now : describing?.start ?? .now
    describing = (start, .now)
    forecast.observe(work, .evaluating, images: done, seconds: start.duration(to: .now) / .seconds(1))
  }

  /// Counts a step that ends a run's first so many images, in the phase of that place.
  mutating func step(of work: SweepForecast.Work, in phase: Int, images: Int) {
    if pace.phase != phase { (pace.phase, pace.start) = (phase, pace.last) }
    // Describing is foretold by itself.
    if let describing { pace.start.time += describing.start.duration(to: describing.last) }
    (describing, pace.last) = (nil, (images, .now))
    forecast.observe(
      work, .training(phase), images: images - pace.start.images,
      seconds: pace.start.time.duration(to: pace.last.time) / .seconds(1))
  }

  mutating func evaluated(_ work: SweepForecast.Work, seconds: Double) {
    forecast.observe(work, .evaluating, images: work.evaluationImages, seconds: seconds)
  }

  /// How far the call is while a run has been trained on so many of its images.
  func progress(in run: ExperimentRunner.Run, images: Int) -> SweepProgress {
    let own = forecast.seconds(of: run.work, trainingLeft: max(0, run.work.trainingImages - images))
    let others = pending.filter { $0.run != run.identity }.map { forecast.seconds(of: $0.work) }
    return SweepProgress(
      images: before + images, of: total, secondsLeft: SweepForecast.seconds(of: [own] + others, among: processes))
  }
}

extension Sweep {
  /// What a run's heartbeat tells besides its place.
  ///
  /// - Parameters:
  ///   - images: images that it is trained on so far.
  ///   - evaluating: seconds that its evaluation has taken so far.
  ///   - store: where others say that they are at work.
  func outlook(
    of run: ExperimentRunner.Run, by trainer: Trainer, images: Int, evaluating: Double = 0, in store: RunStore
  ) -> Heartbeat.Outlook {
    let all = run.work.trainingImages
    let left = forecast.seconds(of: run.work, trainingLeft: max(0, all - images)).map { max(0, $0 - evaluating) }
    let others = pending.filter { other in
      other.run != run.identity && [.interrupted, .failed].contains(store.standing(of: other.run).state)
    }
    let seconds = others.compactMap { forecast.seconds(of: $0.work) }
    return Heartbeat.Outlook(
      loss: images < all ? trainer.meanLoss : nil, sigma: trainer.sigma, images: min(images, all), of: all,
      secondsLeft: left,
      others: .init(
        sweep: name, runs: others.count, seconds: seconds.count == others.count ? seconds.reduce(0, +) : nil))
  }
}

/// How far a call is with all the runs that it trains.
package struct SweepProgress: Sendable, Hashable {
  /// Images trained on.
  package let images: Int
  /// Images of all runs.
  package let of: Int
  /// Seconds that the rest takes, evaluation included, every run at its own speed; nil before any speed is known.
  package let secondsLeft: Double?
}

extension SweepForecast.Work {
  /// What a run has to do.
  init(of settings: Settings, on data: TrainingData) {
    guard settings.combine.isEmpty else {
      self.init(settings: settings, multiplications: 0, phases: [], evaluationImages: 0)
      return
    }
    let dataset = data.dataset
    let configuration = settings.modelConfiguration(identities: dataset.trainIdentities.count, scheme: data.scheme)
    let all = configuration.multiplications(height: settings.input.height, width: settings.input.width)
    self.init(
      settings: settings, multiplications: all,
      phases: TrainingSchedule(of: settings.train, images: dataset.train.count).stretches.map { stretch in
        let input = settings.input(of: stretch.phase)
        let own = configuration.multiplications(height: input.height, width: input.width)
        let isBackboneFrozen = stretch.phase.frozen.contains(Parameter.Group.backbone.rawValue)
        let still =
          isBackboneFrozen
          ? configuration.backbone.convolutions(batch: 1, height: input.height, width: input.width)
            .reduce(0) { $0 + Double($1.geometry.multiplications) } : 0
        var described = 0
        if case .triplets(let sampler) = stretch.phase.sampler {
          let times = (stretch.allSteps + sampler.refresh - 1) / sampler.refresh
          described = times * min(sampler.pool, dataset.train.count)
        }
        if let heldOut = data.heldOut, let every = settings.validation?.every {
          described += (stretch.phase.epochs + every - 1) / every * heldOut.validation.gallery.count
        }
        return SweepForecast.Phase(
          images: stretch.images * stretch.phase.epochs, described: described, learning: 1 - still / own,
          size: own / all)
        // The gallery passes once more where its images are judged in pairs.
      }, evaluationImages: dataset.query.count + dataset.gallery.count * (settings.evaluate.pairs == nil ? 1 : 2))
  }
}
