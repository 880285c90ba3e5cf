import Datasets
import Foundation
import Layers
import Models
import Runs
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
  private(set) var progress = TrainingProgress()
  private let identity: RunIdentity
  private let settings: Settings
  private let data: TrainingData
  private let weights: PretrainedBackbone?
  private let store: RunStore
  private let engine: Engine
  private let size: ImageSize
  let schedule: TrainingSchedule
  private let classes: [Int]
  private var checkpoints: CheckpointKeeper

  init(
    _ identity: RunIdentity, _ settings: Settings, data: TrainingData, weights: PretrainedBackbone?,
    store: RunStore, checkpoints: CheckpointInterval, on engine: Engine
  ) {
    self.identity = identity
    self.settings = settings
    self.data = data
    self.weights = weights
    self.store = store
    self.engine = engine
    self.checkpoints = CheckpointKeeper(identity, in: store, every: checkpoints)
    size = ImageSize(height: settings.input.height, width: settings.input.width)
    classes = data.dataset.trainClasses
    schedule = TrainingSchedule(of: settings.train, images: data.dataset.train.count)
    model = AANet(
      settings.modelConfiguration(identities: data.dataset.trainIdentities.count, scheme: data.scheme), on: engine)
  }

  /// Images that were trained on.
  var images: Int { schedule.images(before: progress.epochs) + progress.sums.images }

  /// Whether there are steps behind it.
  var hasBegun: Bool { progress.epochs > 0 || progress.steps > 0 }

  /// Starts from the first values, or goes on from the latest checkpoint that is sound.
  ///
  /// - Parameter say: told where a checkpoint cannot be used, and what that costs.
  func prepare(say: (String) -> Void) throws {
    model.initialise(seed: UInt64(identity.seed))
    try weights?.load(into: model)
    progress = try checkpoints.restore(into: model, schedule, say: say)
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
      try checkpoints.save(model, progress)
    }
  }

  private func trainEpoch(isInterrupted: () -> Bool, report: (Report) -> Void) throws {
    let epoch = progress.epochs
    let stretch = schedule.stretch(of: epoch)
    enter(stretch)
    let plan = data.epochPlan(of: stretch.phase, seed: identity.seed, epoch: epoch)
    let rates = settings.rates(in: stretch.phase, epoch: epoch - stretch.start)
    let loader = try data.loader(
      data.dataset.train, size: size, batches: Array(plan.dropFirst(progress.steps)))
    defer { loader.cancel() }
    var waited = 0.0
    let clock = SuspendingClock()
    while progress.steps < plan.count {
      let start = clock.now
      guard let batch = try loader.next() else { break }
      let loss = try step(batch, in: stretch.phase, rates: rates)
      loader.recycle(batch)
      let seconds = start.duration(to: clock.now) / .seconds(1)
      progress.steps += 1
      progress.seconds += seconds
      progress.sums.seconds += seconds
      progress.sums.images += batch.count
      progress.sums.secondsWaiting += loader.secondsWaiting - waited
      waited = loader.secondsWaiting
      report(
        .step(
          Step(
            epoch: epoch + 1, step: progress.steps, steps: plan.count,
            images: images, loss: loss)))
      if isInterrupted() {
        try checkpoints.save(model, progress)
        throw TrainingError.interrupted
      }
      if progress.steps < plan.count, checkpoints.isDue(afterSteps: progress.steps) {
        try checkpoints.save(model, progress)
      }
    }
    let record = record(epoch: epoch + 1, rates: rates)
    try store.append(record, of: identity)
    report(.epoch(record))
    let idle = IdleTasks(
      after: record.epoch, of: settings, first: progress.firstLosses ?? [:], now: record.losses,
      weights: record.weights)
    if let remark = idle.remark { report(.remark(remark)) }
    progress.epochs += 1
    progress.steps = 0
    progress.sums = .init()
  }

  /// Makes the network what a phase wants before an epoch of it.
  ///
  /// What happens once, at a phase's start, happens before its first step: a checkpoint from before is of the end of the
  /// phase before it, a later one has steps of this one, and neither does it twice.
  private func enter(_ stretch: TrainingSchedule.Stretch) {
    model.freeze(stretch.phase.frozen)
    guard progress.epochs == stretch.start, progress.steps == 0, stretch.start > 0 || !stretch.phase.fresh.isEmpty
    else { return }
    model.renew(stretch.phase.fresh, seed: UInt64(identity.seed), phase: stretch.phase.name)
    for parameter in model.store.parameters { parameter.momentum.values.update(repeating: 0) }
  }

  /// One optimiser step; returns the total loss before it.
  private func step(
    _ batch: LoadedBatch, in phase: Settings.Train.Phase, rates: [Parameter.Group: Double]
  ) throws -> Double {
    let images = engine.empty([batch.count, size.height, size.width, 3])
    batch.withPixels { _ = images.values.update(fromContentsOf: $0) }
    let indices = batch.items.map(\.index)
    let tape = Tape(on: engine, mode: .training, statistics: phase.batchNorm)
    let output = model(tape.input(images), on: tape)
    let losses = model.losses(
      output,
      TrainingTargets(
        identities: indices.map { classes[$0] },
        attributes: data.attributeLabels.map { labels in indices.map { labels[$0] } }), on: tape)
    let total = model.multiTaskLoss.total(losses)
    for (task, value) in losses.map({ ($0.task.rawValue, $0.value) }) + [("total", total)] where !value.isFinite {
      throw divergence(
        .loss(task: task, value: value), at: model.placeOfNonFinite(in: images, statistics: phase.batchNorm))
    }
    model.multiTaskLoss.backward(losses, on: tape)
    // After each step every number is finite, so that every checkpoint is good.
    let broken = StochasticGradientDescent(phase.optimizer).step(model.store, rates: rates)
    if let place = broken.map({ .parameter($0.name) }) ?? model.nonFiniteStatistic {
      throw divergence(.update, at: place)
    }
    if !hasBegun {
      progress.firstLosses = Dictionary(uniqueKeysWithValues: losses.map { ($0.task.rawValue, $0.value) })
    }
    progress.sums.loss += total
    for loss in losses { progress.sums.losses[loss.task.rawValue, default: 0] += loss.value }
    return total
  }

  private func divergence(_ symptom: Divergence.Symptom, at place: NonFinitePlace) -> TrainingError {
    .diverged(
      Divergence(
        run: identity, epoch: progress.epochs + 1, step: progress.steps + 1, symptom: symptom, place: place,
        rate: schedule.stretch(of: progress.epochs).phase.rate.new, phase: schedule.name(of: progress.epochs),
        checkpoint: LastCheckpoint(of: identity, in: store)))
  }

  private func record(epoch: Int, rates: [Parameter.Group: Double]) -> EpochRecord {
    let sums = progress.sums
    let steps = Double(max(1, progress.steps))
    func named(_ values: [TaskName: Double]) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }
    return EpochRecord(
      epoch: epoch, phase: schedule.name(of: epoch - 1), steps: progress.steps, images: sums.images,
      loss: sums.loss / steps,
      losses: sums.losses.mapValues { $0 / steps }, weights: named(model.multiTaskLoss.weights),
      sigma: model.multiTaskLoss.sigma.map(named),
      rates: ["new": rates[.new] ?? 0, "pretrained": rates[.backbone] ?? 0], seconds: sums.seconds,
      secondsWaiting: sums.secondsWaiting)
  }
}
