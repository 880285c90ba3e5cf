import Datasets
import Foundation
import Layers
import Models
import Runs
import Support
import Tensors

/// What ended a run before its time.
package enum TrainingError: Error, CustomStringConvertible {
  /// Somebody asked to stop; the run was saved and can go on.
  case interrupted
  /// The run's numbers are no longer finite.
  case diverged(Divergence)
  /// Everything else is done; these are not.
  case unfinished(UnfinishedRuns)
  /// A run's checkpoint and its record do not fit together.
  case inconsistent(file: URL, reason: String)

  /// What happened and what to do.
  package var description: String {
    switch self {
    case .interrupted: "interrupted; the run was saved"
    case .diverged(let divergence): divergence.description
    case .unfinished(let runs): runs.description
    case .inconsistent(let file, let reason): "\(file.path): \(reason)"
    }
  }
}

/// Trains one run, from where its checkpoint left it.
final class Trainer {
  /// What whoever watches is told.
  enum Report {
    /// A step was taken.
    case step(Step)
    /// Images are described, among which hard triplets are looked for: how many are done, of how many.
    case mining(epoch: Int, done: Int, of: Int)
    /// Held-out people are looked for: how many images are done, of how many.
    case validating(epoch: Int, done: Int, of: Int)
    /// An epoch was recorded.
    case epoch(EpochRecord)
    /// Something worth a line.
    case remark(String)
  }

  /// What a step tells.
  struct Step {
    let epoch: Int
    /// Steps taken in the epoch, of how many.
    let step: Int
    let steps: Int
    let images: Int
    let loss: Double
  }

  let model: AANet
  var progress = TrainingProgress()
  let identity: RunIdentity
  let settings: Settings
  let data: TrainingData
  private let weights: PretrainedBackbone?
  let store: RunStore
  let engine: Engine
  let schedule: TrainingSchedule
  let classes: [Int]
  /// Who trains it together.
  let ranks: Ranks
  /// Computes the shards of each batch.
  let lockstep: Lockstep
  /// Makes the shards' gradients the batch's.
  let exchange: GradientExchange
  private var checkpoints: CheckpointKeeper

  init(
    _ identity: RunIdentity, _ settings: Settings, data: TrainingData, weights: PretrainedBackbone?,
    store: RunStore, checkpoints: CheckpointInterval, on engine: Engine, among ranks: Ranks = .alone
  ) {
    self.identity = identity
    self.settings = settings
    self.data = data
    self.weights = weights
    self.store = store
    self.engine = engine
    self.checkpoints = CheckpointKeeper(identity, in: store, every: checkpoints)
    classes = data.dataset.trainClasses
    self.ranks = ranks
    lockstep = Lockstep(shards: settings.train.shards, among: ranks)
    schedule = TrainingSchedule(of: settings.train, images: data.dataset.train.count)
    model = AANet(
      settings.modelConfiguration(identities: data.dataset.trainIdentities.count, scheme: data.scheme), on: engine)
    exchange = GradientExchange(of: model.store, in: lockstep, among: ranks)
  }

  /// The mean total loss over the steps of the epoch at hand; nil before the first.
  var meanLoss: Double? { progress.steps > 0 ? progress.sums.loss / Double(progress.steps) : nil }

  /// The learned σ of each task; nil with fixed weights.
  var sigma: [String: Double]? {
    model.multiTaskLoss.sigma.map { sigma in
      Dictionary(uniqueKeysWithValues: sigma.map { ($0.key.rawValue, $0.value) })
    }
  }

  /// Images that were trained on.
  var images: Int { schedule.images(before: progress.epochs) + progress.sums.images }

  /// Whether there are steps behind it.
  var hasBegun: Bool { progress.epochs > 0 || progress.steps > 0 }

  /// Starts from the first values, or goes on from the latest checkpoint that is sound. Other ranks take over the leader's
  /// numbers.
  ///
  /// - Parameter say: told where a checkpoint cannot be used, and what that costs.
  func prepare(say: (String) -> Void) throws {
    if ranks.isLeader {
      model.initialise(seed: UInt64(identity.seed))
      try weights?.load(into: model)
      progress = try checkpoints.restore(into: model, schedule, say: say)
    }
    guard ranks.count > 1 else { return }
    if settings.usesBFloat16 {
      try ranks.requireAgreement([RoundedForm.suiting.rawValue], on: ["way to compute bf16 (train.precision)"])
    }
    let told = ranks.shared(Array(try JSONEncoder().encode(progress)))
    progress = try JSONDecoder().decode(TrainingProgress.self, from: Data(told))
    for tensor in model.store.parameters.flatMap({ [$0.value, $0.momentum] }) + model.store.statistics.map(\.value) {
      ranks.share(UnsafeMutableRawBufferPointer(tensor.values))
    }
  }

  /// Keeps how far training has come, where this rank writes.
  private func save() throws {
    if ranks.isLeader { try checkpoints.save(model, progress) }
  }

  /// Trains to the end, saving at each epoch's end and as often in between as was asked for.
  ///
  /// - Parameters:
  ///   - isInterrupted: asked after each step; where it says yes the run is saved and
  ///     ``TrainingError/interrupted`` thrown.
  ///   - report: told of each step and epoch.
  func train(isInterrupted: () -> Bool, report: (Report) -> Void) throws {
    while progress.epochs < schedule.epochs {
      try trainEpoch(isInterrupted: isInterrupted, report: report)
      try save()
    }
  }

  private func trainEpoch(isInterrupted: () -> Bool, report: (Report) -> Void) throws {
    let epoch = progress.epochs
    let stretch = schedule.stretch(of: epoch)
    enter(stretch, report: report)
    let plan = data.epochPlan(of: stretch.phase, seed: identity.seed, epoch: epoch)
    let rates = settings.rates(in: stretch.phase, epoch: epoch - stretch.start)
    while progress.steps < stretch.steps {
      let batches = try batches(of: plan, stretch, isInterrupted: isInterrupted, report: report)
      guard !batches.isEmpty else { break }
      try train(on: batches, stretch, rates: rates, isInterrupted: isInterrupted, report: report)
    }
    let scores = try validate(after: epoch + 1, isInterrupted: isInterrupted, report: report)
    let record = record(epoch: epoch + 1, rates: rates, validation: scores)
    if ranks.isLeader { try store.append(record, of: identity) }
    report(.epoch(record))
    let idle = IdleTasks(
      after: record.epoch, of: settings, first: progress.firstLosses ?? [:], now: record.losses,
      weights: record.weights)
    if let remark = idle.remark { report(.remark(remark)) }
    progress.epochs += 1
    progress.steps = 0
    progress.sums = .init()
  }

  /// The batches that come next: the rest of the epoch's plan, or of what was mined.
  private func batches(
    of plan: [[LoadItem]], _ stretch: TrainingSchedule.Stretch, isInterrupted: () -> Bool, report: (Report) -> Void
  ) throws -> [[LoadItem]] {
    guard case .triplets(let sampler) = stretch.phase.sampler else { return Array(plan.dropFirst(progress.steps)) }
    var mined = progress.mined ?? []
    if mined.isEmpty {
      let done = stretch.step(progress.steps, ofEpoch: progress.epochs)
      mined = try MinedTriplets(sampler: sampler, data: data, engine: engine).batches(
        min(sampler.refresh, stretch.allSteps - done), seed: identity.seed, before: (progress.epochs, progress.steps)
      ) { try describe($0, isInterrupted: isInterrupted, report: report) }
      progress.mined = mined
    }
    return mined.prefix(stretch.steps - progress.steps).enumerated().map { place, batch in
      // Each step has a stream of its own, so that it flips alike wherever training is taken up.
      let draws = StepDraws(seed: UInt64(identity.seed), epoch: progress.epochs, step: progress.steps + place)
      var flips = draws.stream("flip")
      return batch.map { LoadItem(index: $0, flip: stretch.phase.augment.flip && flips.chance(0.5)) }
    }
  }

  /// The descriptors of training images by the network as it is.
  private func describe(_ images: [Int], isInterrupted: () -> Bool, report: (Report) -> Void) throws -> [Float] {
    var values: [Float] = []
    func say(_ done: Int) { report(.mining(epoch: progress.epochs + 1, done: done, of: images.count)) }
    say(0)
    do {
      let pass = EvaluationPass(model: model, settings: settings, data: data, engine: engine)
      try pass.run(over: data.dataset.train, places: images, isInterrupted) { output, done in
        values += output.descriptors
        say(done)
      }
    } catch TrainingError.interrupted {
      // Before an epoch's first step there is nothing to save, and what a phase does once is not to be saved as done: it
      // is done again.
      if progress.steps > 0 { try save() }
      throw TrainingError.interrupted
    }
    return values
  }

  /// How well held-out people are retrieved by the network as it is, after the epochs in which that is asked; by its
  /// descriptors alone, without a second stage or re-ranking.
  private func validate(after epoch: Int, isInterrupted: () -> Bool, report: (Report) -> Void) throws
    -> RetrievalScores?
  {
    guard let heldOut = data.heldOut, let every = settings.validation?.every,
      epoch % every == 0 || epoch == schedule.epochs
    else { return nil }
    let images = heldOut.validation.gallery
    let length = model.layout.length
    var values: [Float] = []
    report(.validating(epoch: epoch, done: 0, of: images.count))
    do {
      let pass = EvaluationPass(model: model, settings: settings, data: data, engine: engine, ranks: ranks)
      try pass.run(over: images, isInterrupted) { output, done in
        values += output.descriptors
        report(.validating(epoch: epoch, done: done, of: images.count))
      }
    } catch TrainingError.interrupted {
      // All steps of the epoch are done: who takes it up begins with the people again.
      try save()
      throw TrainingError.interrupted
    }
    guard ranks.isLeader else { return nil }
    let queries = heldOut.queryPlaces.flatMap { values[$0 * length..<($0 + 1) * length] }
    let ranking = try TestRanking(query: queries, gallery: values, dimension: length, of: heldOut.validation)
    var plain = settings.evaluate
    (plain.normalize, plain.pairs, plain.rerank) = (plain.isNormalized, nil, nil)
    return try ranking.result(by: plain, threads: engine.workers.count) { _ in nil }.scores
  }

  /// Takes a step on each batch, which are the epoch's next.
  private func train(
    on batches: [[LoadItem]], _ stretch: TrainingSchedule.Stretch, rates: [Parameter.Group: Double],
    isInterrupted: () -> Bool, report: (Report) -> Void
  ) throws {
    let loader = try loader(of: batches.map { Array($0[ranks.share(of: $0.count)]) }, in: stretch.phase)
    defer { loader.cancel() }
    var waited = 0.0
    let clock = SuspendingClock()
    for _ in batches {
      let start = clock.now
      guard let batch = try loader.next() else { break }
      let loss = try step(batch, in: stretch, rates: rates)
      loader.recycle(batch)
      let seconds = start.duration(to: clock.now) / .seconds(1)
      progress.steps += 1
      if progress.mined?.isEmpty == false { progress.mined?.removeFirst() }
      progress.seconds += seconds
      progress.sums.seconds += seconds
      progress.sums.images += batch.count * ranks.count
      progress.sums.secondsWaiting += loader.secondsWaiting - waited
      waited = loader.secondsWaiting
      report(
        .step(
          Step(
            epoch: progress.epochs + 1, step: progress.steps, steps: stretch.steps,
            images: images, loss: loss)))
      if ranks.any(isInterrupted()) {
        try save()
        throw TrainingError.interrupted
      }
      if progress.steps < stretch.steps, checkpoints.isDue(afterSteps: progress.steps) {
        try save()
      }
    }
  }

  /// Loads batches of training images as a phase wants them.
  func loader(of batches: [[LoadItem]], in phase: Settings.Train.Phase) throws(PlainError) -> BatchLoader {
    let input = settings.input(of: phase)
    return try data.loader(
      data.dataset.train, size: input.imageSize, batches: batches,
      inputs: model.configuration.inputs(height: input.height, width: input.width))
  }

  /// The figures of all tasks' parameters, each behind its task's name.
  var measures: [String: Double] {
    model.tasks.reduce(into: [:]) { all, task in
      for (name, value) in task.network.measures(on: engine) { all["\(task.name.rawValue).\(name)"] = value }
    }
  }

  private func record(
    epoch: Int, rates: [Parameter.Group: Double], validation: RetrievalScores?
  ) -> EpochRecord {
    let sums = progress.sums
    let steps = Double(max(1, progress.steps))
    func named(_ values: [TaskName: Double]) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }
    let figures = measures.merging(sums.measures ?? [:]) { $1 }
    return EpochRecord(
      epoch: epoch, phase: schedule.name(of: epoch - 1), steps: progress.steps, images: sums.images,
      loss: sums.loss / steps,
      losses: sums.losses.mapValues { $0 / steps }, terms: sums.terms?.mapValues { $0 / steps },
      measures: figures.isEmpty ? nil : figures,
      weights: named(model.multiTaskLoss.weights),
      sigma: sigma,
      rates: ["new": rates[.new] ?? 0, "pretrained": rates[.backbone] ?? 0], seconds: sums.seconds,
      secondsWaiting: sums.secondsWaiting, validation: validation, gauge: sums.gauge,
      magnitudes: sums.magnitudes)
  }

  /// How large the parameters' numbers are after a step.
  func magnitudes(after rates: [Parameter.Group: Double]) -> [String: ParameterMagnitudes] {
    Dictionary(
      uniqueKeysWithValues: model.store.parameters.map { parameter in
        let found = Magnitudes(of: parameter, rate: rates[parameter.group] ?? 0, on: engine)
        return (
          parameter.name,
          ParameterMagnitudes(
            weight: found.weight, gradient: found.gradient, stepsBelowPlace: found.stepsBelowPlace)
        )
      })
  }
}
