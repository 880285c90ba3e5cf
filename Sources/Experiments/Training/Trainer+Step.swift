import Datasets
import Layers
import Models
import Runs
import Tensors

/// What a phase of training does at its start, and in each step.
extension Trainer {
  /// Makes the network what a phase wants before an epoch of it.
  ///
  /// What happens once, at a phase's start, happens before its first step: a checkpoint from before is of the end of the
  /// phase before it, a later one has steps of this one, and neither does it twice.
  func enter(_ stretch: TrainingSchedule.Stretch, report: (Report) -> Void) {
    let phase = stretch.phase
    model.freeze(phase.frozen)
    guard progress.epochs == stretch.start, progress.steps == 0 else { return }
    // What was mined for another phase is not this one's.
    progress.mined = nil
    model.renew(phase.fresh, seed: UInt64(identity.seed), phase: phase.name)
    for task in phase.transform {
      let before = measures
      guard let transformation = model.transform(task) else { continue }
      let after = measures
      for (when, figures) in [("before", before), ("after", after)] {
        for (name, value) in figures where name.hasPrefix("\(task.rawValue).") {
          progress.sums.measures = (progress.sums.measures ?? [:]).merging(["\(name).\(when)": value]) { $1 }
        }
      }
      report(.remark("at the start of \(phase.name): \(transformation.remark)"))
    }
    if stretch.start > 0 || !phase.fresh.isEmpty {
      for parameter in model.store.parameters { parameter.momentum.values.update(repeating: 0) }
    }
  }

  /// One optimiser step; returns the total loss before it.
  func step(
    _ batch: LoadedBatch, in stretch: TrainingSchedule.Stretch, rates: [Parameter.Group: Double]
  ) throws -> Double {
    let phase = stretch.phase
    let draws = StepDraws(seed: UInt64(identity.seed), epoch: progress.epochs, step: progress.steps)
    let images = batch.images(on: engine)
    let inputs = batch.inputs(on: engine)
    cutOut(of: images, in: stretch, draws)
    let rules = AANet.Rules(tasks: phase.tasks.map(Set.init), draws: phase.dropout ? draws : nil)
    let batch = TrainingBatch(
      images: images, inputs: inputs, targets: targets(of: batch.items.map(\.index), in: phase))
    if settings.train.gauge, progress.steps == 0 {
      progress.sums.gauge = TaskGauge(
        model.pulls(
          on: batch, precision: settings.train.precision, statistics: phase.batchNorm, as: rules, in: lockstep))
    }
    var (losses, total): ([TaskLoss], Double) = ([], 0)
    try exchange.run { () throws in
      try lockstep.run { (shard: Shard) throws in
        let own = try gradients(of: batch.part(shard), shard, in: phase, as: rules)
        if shard.place == 0 { (losses, total) = own }
      }
    }
    // After each step every number is finite, so that every checkpoint is good.
    let broken = StochasticGradientDescent(phase.optimizer).step(model.store, rates: rates)
    if let place = broken.map({ .parameter($0.name) }) ?? model.nonFiniteStatistic {
      throw divergence(.update, at: place)
    }
    if settings.train.precision == .bfloat16, progress.steps + 1 == stretch.steps {
      progress.sums.magnitudes = magnitudes(after: rates)
    }
    if !hasBegun {
      progress.firstLosses = Dictionary(uniqueKeysWithValues: losses.map { ($0.task.rawValue, $0.value) })
    }
    progress.sums.add(losses, total: total)
    return total
  }

  /// The losses of a batch, and a shard's gradients by them.
  ///
  /// What is decided here is decided by the batch's numbers, which are every shard's.
  private func gradients(
    of part: TrainingBatch, _ shard: Shard, in phase: Settings.Train.Phase, as rules: AANet.Rules
  ) throws -> (losses: [TaskLoss], total: Double) {
    let tape = Tape(
      on: engine, mode: .training, precision: settings.train.precision, statistics: phase.batchNorm, shard: shard,
      exchange: exchange)
    let output = model(tape.input(part.images), inputs: part.inputs, on: tape, as: rules)
    let losses = model.losses(output, part.targets, on: tape)
    let total = model.multiTaskLoss.total(losses)
    for (task, value) in losses.map({ ($0.task.rawValue, $0.value) }) + [("total", total)] where !value.isFinite {
      throw divergence(
        .loss(task: task, value: value),
        at: model.placeOfNonFinite(
          in: part.images, inputs: part.inputs, precision: settings.train.precision, statistics: phase.batchNorm,
          as: rules, of: shard))
    }
    model.multiTaskLoss.backward(losses, on: tape)
    return (losses, total)
  }

  private func targets(of images: [Int], in phase: Settings.Train.Phase) -> TrainingTargets {
    var triplets: [Triplet]?
    if case .triplets = phase.sampler { triplets = Triplet.inThirds(of: images.count) }
    return TrainingTargets(
      identities: images.map { classes[$0] },
      attributes: data.attributeLabels.map { labels in images.map { labels[$0] } }, triplets: triplets)
  }

  /// Overwrites a rectangle of each image with noise, larger the further the phase has come.
  private func cutOut(of images: Tensor, in stretch: TrainingSchedule.Stretch, _ draws: StepDraws) {
    let largest = stretch.phase.augment.cutOut
    guard largest > 0 else { return }
    let done = stretch.step(progress.steps, ofEpoch: progress.epochs)
    let share = largest * Double(done) / Double(max(1, stretch.allSteps - 1))
    let size = settings.input(of: stretch.phase).imageSize
    var stream = draws.stream("cut-out")
    let own = ranks.share(of: images.shape[0] * ranks.count)
    // The draws of an image come after those of the images before it, another rank's among them.
    var others = [Float](repeating: 0, count: own.lowerBound > 0 ? size.count : 0)
    for image in 0..<own.upperBound {
      let cut = CutOut(largest: share, size: size, from: &stream)
      if image < own.lowerBound {
        others.withUnsafeMutableBufferPointer { cut.apply(to: $0, size: size, from: &stream) }
      } else {
        let start = (image - own.lowerBound) * size.count
        let pixels = UnsafeMutableBufferPointer(rebasing: images.values[start..<start + size.count])
        cut.apply(to: pixels, size: size, from: &stream)
      }
    }
  }

  private func divergence(_ symptom: Divergence.Symptom, at place: NonFinitePlace) -> TrainingError {
    .diverged(
      Divergence(
        run: identity, epoch: progress.epochs + 1, step: progress.steps + 1, symptom: symptom, place: place,
        rate: schedule.stretch(of: progress.epochs).phase.rate.new, phase: schedule.name(of: progress.epochs),
        checkpoint: LastCheckpoint(of: identity, in: store)))
  }
}

extension TaskGauge {
  fileprivate init(_ pulls: [AANet.Pull]) {
    func named(_ value: KeyPath<AANet.Pull, Double>) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: pulls.map { ($0.task.rawValue, $0[keyPath: value]) })
    }
    self.init(losses: named(\.loss), gradients: named(\.gradient))
  }
}
