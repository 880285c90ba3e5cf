import Foundation
import Layers
import Tensors

/// The total loss of the tasks.
///
/// Fixed weights: `L = Σ λ_i L_i` (Equation 2). Learned ones: `L = Σ exp(−s_i) L_i + n_i s_i / 2` with
/// `s_i = log σ_i²` (Equation 6), where `∂L/∂s_i = n_i / 2 − exp(−s_i) L_i`; ``LearnedWeights/Terms`` says what `n_i` is.
package struct MultiTaskLoss {
  /// The name of the log variances.
  static let parameter = "log_variance"

  private let tasks: [TaskName]
  private let fixed: [TaskName: Double]
  private let logVariance: Parameter?
  private let counted: LearnedWeights.Terms
  /// `s` at first.
  private let first: Float

  package init(_ configuration: AANetConfiguration, in store: ParameterStore) {
    tasks = configuration.tasks.weighed
    switch configuration.loss.weights {
    case .fixed(let weights):
      fixed = weights
      logVariance = nil
      counted = .task
      first = 0
    case .learned(let learned):
      fixed = [:]
      counted = learned.terms
      let count = tasks.count
      logVariance = store.parameter(Self.parameter, shape: [count], group: .logVariance)
      first = Float(2 * log(learned.start))
      restart()
    }
  }

  /// Whether a task has a loss.
  func weighs(_ task: TaskName) -> Bool { tasks.contains(task) }

  /// Sets every σ to what it starts with.
  func restart() {
    logVariance?.load([Float](repeating: first, count: tasks.count))
  }

  /// How many likelihoods a task's regulariser counts: `n_i`.
  private func likelihoods(of loss: TaskLoss) -> Double {
    counted == .task ? 1 : loss.likelihoods
  }

  /// What each task's loss is multiplied with: λ, or 1/σ².
  package var weights: [TaskName: Double] {
    guard let logVariance else { return fixed }
    return Dictionary(
      uniqueKeysWithValues: zip(tasks, logVariance.value.values).map { ($0, exp(-Double($1))) })
  }

  /// The learned σ of each task; nil with fixed weights.
  package var sigma: [TaskName: Double]? {
    logVariance.map { parameter in
      Dictionary(uniqueKeysWithValues: zip(tasks, parameter.value.values).map { ($0, exp(Double($1) / 2)) })
    }
  }

  /// The total loss.
  package func total(_ losses: [TaskLoss]) -> Double {
    let weights = weights
    let regularisers = losses.reduce(0.0) { sum, loss in
      guard let logVariance, let place = tasks.firstIndex(of: loss.task) else { return sum }
      return sum + likelihoods(of: loss) * Double(logVariance.value.pointer[place]) / 2
    }
    return losses.reduce(regularisers) { $0 + (weights[$1.task] ?? 0) * $1.value }
  }

  /// Runs the tape backwards for the total loss, leaving every parameter's gradient, the log variances' included: that of
  /// the tape's shard, but for the log variances, which the batch's losses say everything of.
  package func backward(_ losses: [TaskLoss], on tape: Tape) {
    let weights = weights
    if let logVariance, tape.shard.number == 0 {
      // The σ of a task that takes no part stays as it is.
      logVariance.setGradient(
        tasks.map { task in
          losses.first { $0.task == task }.map {
            Float(likelihoods(of: $0) / 2 - (weights[$0.task] ?? 0) * $0.value)
          } ?? 0
        })
    }
    tape.backward(losses.flatMap { weighed($0, by: weights) })
  }

  /// A task's losses with what each is multiplied with in the total.
  func weighed(_ loss: TaskLoss) -> [(loss: Loss, weight: Double)] { weighed(loss, by: weights) }

  private func weighed(_ loss: TaskLoss, by weights: [TaskName: Double]) -> [(loss: Loss, weight: Double)] {
    loss.terms.map { ($0.loss, (weights[loss.task] ?? 0) * loss.factor * $0.weight) }
  }
}
