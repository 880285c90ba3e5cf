import Layers
import Tensors

/// How strongly each task pulls at the backbone.
extension AANet {
  /// What one task has of a batch.
  package struct Pull {
    package let task: TaskName
    /// Its loss, multiplied with its weight.
    package let loss: Double
    /// The norm of that loss's gradient by the feature map X, ‖∂(w·L)/∂X‖ over all numbers of the batch.
    package let gradient: Double
  }

  /// Measures the pull of each task that has a loss: the backbone runs once, the tasks once for each of them, and the way
  /// back goes no further than X.
  ///
  /// Nothing of the network is other than before: parameters and their gradients are left alone, running statistics are put
  /// back, and what is drawn comes from the step's own streams, which whoever asks again gets again.
  ///
  /// - Parameters:
  ///   - precision: the tape's.
  ///   - statistics: what BatchNorm divides by.
  ///   - rules: those of the step.
  ///   - lockstep: what computes the batch's shards.
  package func pulls(
    on batch: TrainingBatch, precision: Precision = .single, statistics: NormStatistics, as rules: Rules,
    in lockstep: Lockstep
  ) -> [Pull] {
    let before = store.statistics.map(\.value.array)
    let frozen = store.parameters.map(\.isFrozen)
    for parameter in store.parameters { parameter.isFrozen = true }
    defer {
      for (statistic, numbers) in zip(store.statistics, before) {
        _ = statistic.value.values.update(fromContentsOf: numbers)
      }
      for (parameter, isFrozen) in zip(store.parameters, frozen) { parameter.isFrozen = isFrozen }
    }
    var pulls: [Pull] = []
    lockstep.run { shard in
      let own = self.pulls(
        on: batch.part(shard), precision: precision, statistics: statistics, as: rules, of: shard)
      if shard.place == 0 { pulls = own }
    }
    return pulls
  }

  /// The batch's pulls, by one of its shards.
  private func pulls(
    on part: TrainingBatch, precision: Precision, statistics: NormStatistics, as rules: Rules, of shard: Shard
  ) -> [Pull] {
    func tape() -> Tape {
      Tape(on: store.engine, mode: .training, precision: precision, statistics: statistics, shard: shard)
    }
    let still = tape()
    let stages = still.still { backbone(still.input(part.images), on: still) }.map(\.tensor)
    let active = tasks.map(\.name).filter { multiTaskLoss.weighs($0) && rules.tasks?.contains($0) ?? true }
    return active.compactMap { task in
      let tape = tape()
      var values = stages.dropLast().map { tape.input($0) }
      let features = tape.input(stages[stages.count - 1], wantsGradient: true)
      values.append(features)
      let output = output(of: values, images: tape.input(part.images), inputs: part.inputs, on: tape, as: rules)
      guard let loss = losses(output, part.targets, on: tape).first(where: { $0.task == task }) else { return nil }
      tape.backward(multiTaskLoss.weighed(loss))
      let squares = tape.gradient(of: features).map { gradient in
        gradient.array.reduce(0.0) { $0 + Double($1) * Double($1) }
      }
      return Pull(
        task: task, loss: (multiTaskLoss.weights[task] ?? 0) * loss.value,
        gradient: shard.sum([squares ?? 0])[0].squareRoot())
    }
  }
}
