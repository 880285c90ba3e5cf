import Layers

/// How several terms of a task's loss become one.
package enum LossReduction: String, Sendable, CaseIterable {
  case sum
  case mean
}

/// One task's loss: the sum or the mean of its terms.
package struct TaskLoss {
  /// The task.
  package let task: TaskName
  /// The unweighted loss.
  package let value: Double
  let terms: [Loss]
  /// What each term is multiplied with.
  let factor: Double

  package init(_ task: TaskName, _ terms: [Loss], _ reduction: LossReduction) {
    self.task = task
    self.terms = terms
    factor = reduction == .sum ? 1 : 1 / Double(max(1, terms.count))
    value = terms.reduce(0) { $0 + $1.value } * factor
  }
}

extension TaskLoss {
  /// The cross-entropies of identities.
  init(
    identities task: TaskName, _ output: TaskOutput, _ targets: TrainingTargets, _ reduction: LossReduction,
    on tape: Tape
  ) {
    self.init(
      task, output.identityLogits.map { tape.crossEntropy($0, labels: targets.identities) }, reduction)
  }
}
