import Datasets
import Foundation
import Layers
import Runs
import Support
import Tensors

/// What is known of runs' speeds before the first step.
extension ExperimentRunner {
  /// The speeds of runs that are to be trained: from records of this machine, and where those do not tell from a few steps.
  ///
  /// - Parameters:
  ///   - runs: all that are asked for.
  ///   - measuring: seconds that may be spent on steps; what costs most is measured first.
  func forecast(for pending: [Run], among runs: [Run], measuring: Double, threads: Int) -> SweepForecast {
    var forecast = SweepForecast()
    remember(runs, in: &forecast, threads: threads)
    let start = SuspendingClock.now
    // Memory of an engine of its own, which is given back; what a run takes at most is then seen in the run.
    do {
      let engine = Engine(threads: threads)
      for run in pending.sorted(by: { $0.work.cost > $1.work.cost }) where run.parts.isEmpty {
        guard start.duration(to: .now) / .seconds(1) < measuring else { break }
        measure(run, in: &forecast, on: engine)
      }
    }
    ProcessUsage.forgetPeak()
    return forecast
  }

  /// Images that runs were trained on before this call, by their records.
  func imagesBegun(in pending: [Run]) -> (RunIdentity) -> Int {
    let images = pending.map { run in
      (run.identity, ((try? store.epochs(of: run.identity)) ?? []).reduce(0) { $0 + $1.images })
    }
    let byRun = Dictionary(images, uniquingKeysWith: { first, _ in first })
    return { byRun[$0] ?? 0 }
  }

  /// Takes the speeds of what is asked for, and of other runs of the same variants, where this machine made them.
  private func remember(_ runs: [Run], in forecast: inout SweepForecast, threads: Int) {
    struct Name: Hashable { let experiment, variant: String }
    let named = Dictionary(grouping: runs) { Name(experiment: $0.identity.experiment, variant: $0.identity.variant) }
    let own = Dictionary(runs.map { ($0.identity, $0.work) }, uniquingKeysWith: { first, _ in first })
    for identity in store.identities() {
      guard let run = named[Name(experiment: identity.experiment, variant: identity.variant)]?.first,
        let record = try? store.record(for: identity), let origin = record.provenance,
        case let here = ProvenanceProbe.Machine(threads: threads, running: run.trial.settings),
        origin.stations.allSatisfy({ ProvenanceProbe.Machine(of: $0) == here }),
        let settings = own[identity] == nil ? trial(of: identity)?.settings : run.trial.settings
      else { continue }
      let work = own[identity] ?? SweepForecast.Work(of: settings, on: run.data)
      let schedule = TrainingSchedule(of: settings.train, images: run.data.dataset.train.count)
      for epoch in record.epochs {
        forecast.recall(
          work, .training(schedule.place(of: epoch.epoch - 1)), images: epoch.images, seconds: epoch.seconds)
      }
      if let metrics = record.metrics {
        forecast.recall(work, .evaluating, images: work.evaluationImages, seconds: metrics.secondsEvaluating)
      }
    }
  }

  /// Takes a few steps of those phases of a run whose speed is not known, and describes a few images; nothing is kept of
  /// it but the time.
  private func measure(_ run: Run, in forecast: inout SweepForecast, on engine: Engine) {
    let stages = run.work.phases.indices.map(SweepForecast.Stage.training) + [.evaluating]
    guard stages.contains(where: { !forecast.knows(run.work, $0) }) else { return }
    let trainer = Trainer(
      run.identity, run.trial.settings, data: run.data, weights: nil, store: store, checkpoints: .automatic, on: engine)
    trainer.model.initialise(seed: 0)
    for (place, stretch) in trainer.schedule.stretches.enumerated()
    where !forecast.knows(run.work, .training(place)) {
      if let measured = try? trainer.timed(stretch) {
        forecast.observe(
          run.work, .training(place), images: measured.images, seconds: measured.seconds, isWarm: true)
      }
    }
    if !forecast.knows(run.work, .evaluating), let measured = try? trainer.timedDescribing() {
      forecast.observe(run.work, .evaluating, images: measured.images, seconds: measured.seconds, isWarm: true)
    }
  }
}

extension SweepForecast.Work {
  /// What decides how much its speed matters: multiplications of all of it.
  var cost: Double {
    multiplications * phases.reduce(Double(evaluationImages)) { $0 + $1.passes * Double($1.images) }
  }
}

extension Trainer {
  /// How many steps are timed, behind one that is not: it takes memory and decodes the images. Short ones go on until their
  /// seconds tell something.
  private static let stepsTimed = 3...60
  private static let secondsTimed = 0.4

  /// How long steps of a phase take. The network and its place in training are spoilt by it.
  fileprivate func timed(_ stretch: TrainingSchedule.Stretch) throws -> (images: Int, seconds: Double) {
    let phase = stretch.phase
    model.freeze(phase.frozen)
    progress.epochs = stretch.start
    // Mined triplets are not there yet; any images take as long.
    let batch =
      data.epochPlan(of: phase, seed: identity.seed, epoch: stretch.start).first
      ?? (0..<phase.batch).map { LoadItem(index: $0 % data.dataset.train.count) }
    let steps = 1 + Self.stepsTimed.upperBound
    let loader = try loader(of: Array(repeating: batch, count: steps), in: phase)
    defer { loader.cancel() }
    // What is thrown away need not learn, and may not run away either.
    let rates = Dictionary(uniqueKeysWithValues: Parameter.Group.allCases.map { ($0, 0.0) })
    let clock = SuspendingClock()
    var seconds: [Double] = []
    for _ in 0..<steps {
      let start = clock.now
      guard let batch = try loader.next() else { break }
      _ = try step(batch, in: stretch, rates: rates)
      seconds.append(start.duration(to: clock.now) / .seconds(1))
      loader.recycle(batch)
      // A step of seconds tells enough, also the first.
      if seconds.reduce(0, +) > 1 { break }
      if seconds.count > Self.stepsTimed.lowerBound, seconds.dropFirst().reduce(0, +) > Self.secondsTimed { break }
    }
    let warm = seconds.count > 1 ? Array(seconds.dropFirst()) : seconds
    return (warm.count * phase.batch, warm.reduce(0, +))
  }

  /// How long it takes to describe a batch of images, behind one that prepares the network's weights.
  fileprivate func timedDescribing() throws -> (images: Int, seconds: Double) {
    let clock = SuspendingClock()
    var last = clock.now
    var measured = (images: 0, seconds: 0.0)
    let pass = EvaluationPass(model: model, settings: settings, data: data, engine: engine)
    let places = (0..<2 * settings.evaluate.batch).map { $0 % data.dataset.query.count }
    try pass.run(over: data.dataset.query, places: places, { false }) { _, done in
      let now = clock.now
      measured = (settings.evaluate.batch, last.duration(to: now) / .seconds(1))
      last = now
    }
    return measured
  }
}
