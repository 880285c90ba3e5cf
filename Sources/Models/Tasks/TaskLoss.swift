import Layers

/// How several terms of a task's loss become one.
package enum LossReduction: String, Sendable, CaseIterable {
  case sum
  case mean
}

/// One task's loss: the sum or the mean of its terms.
package struct TaskLoss {
  /// A loss that enters a task's.
  package struct Term {
    /// What records call it; nil for one of several of a kind.
    package let name: String?
    package let loss: Loss
    /// What it is multiplied with within the task.
    let weight: Double

    package init(_ loss: Loss, named name: String? = nil, weight: Double = 1) {
      self.name = name
      self.loss = loss
      self.weight = weight
    }
  }

  /// The task.
  package let task: TaskName
  /// The unweighted loss.
  package let value: Double
  package let terms: [Term]
  /// What each term is multiplied with beside its own weight.
  let factor: Double

  package init(_ task: TaskName, _ terms: [Loss], _ reduction: LossReduction) {
    self.init(task, terms: terms.map { Term($0) }, reduction)
  }

  package init(_ task: TaskName, terms: [Term], _ reduction: LossReduction = .sum) {
    self.task = task
    self.terms = terms
    factor = reduction == .sum ? 1 : 1 / Double(max(1, terms.count))
    value = terms.reduce(0) { $0 + $1.weight * $1.loss.value } * factor
  }

  /// How many likelihoods it adds up, each as often as it counts.
  var likelihoods: Double { terms.reduce(0) { $0 + $1.weight } * factor }
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
