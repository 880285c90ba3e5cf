import Foundation
import Layers
import Tensors

/// One task's loss: the sum or the mean of its terms.
public struct TaskLoss {
  /// The task.
  public let task: AANetTask
  /// The unweighted loss.
  public let value: Double
  let terms: [Loss]
  let factor: Double

  package init(_ task: AANetTask, _ terms: [Loss], _ reduction: LossReduction) {
    self.task = task
    self.terms = terms
    factor = reduction == .sum ? 1 : 1 / Double(max(1, terms.count))
    value = terms.reduce(0) { $0 + $1.value } * factor
  }
}

/// The total loss of the tasks.
///
/// Fixed weights: `L = Σ λ_i L_i` (Equation 2). Learned ones: `L = Σ exp(−s_i) L_i + s_i / 2` with `s_i = log σ_i²`
/// (Equation 6), where `∂L/∂s_i = 1/2 − exp(−s_i) L_i`.
public struct MultiTaskLoss {
  private let tasks: [AANetTask]
  private let fixed: [AANetTask: Double]
  private let logVariance: Parameter?

  package init(_ configuration: AANetConfiguration, in store: ParameterStore) {
    tasks = configuration.tasks
    switch configuration.weights {
    case .fixed(let weights):
      fixed = weights
      logVariance = nil
    case .uncertainty:
      fixed = [:]
      logVariance = store.parameter("log_variance", shape: [configuration.tasks.count], group: .logVariance)
    }
  }

  /// What each task's loss is multiplied with: λ, or 1/σ².
  public var weights: [AANetTask: Double] {
    guard let logVariance else { return fixed }
    return Dictionary(
      uniqueKeysWithValues: zip(tasks, logVariance.value.values).map { ($0, exp(-Double($1))) })
  }

  /// The learned σ of each task; nil with fixed weights.
  public var sigma: [AANetTask: Double]? {
    logVariance.map { parameter in
      Dictionary(uniqueKeysWithValues: zip(tasks, parameter.value.values).map { ($0, exp(Double($1) / 2)) })
    }
  }

  /// The total loss.
  public func total(_ losses: [TaskLoss]) -> Double {
    let weights = weights
    let regularisers = logVariance?.value.values.reduce(0.0) { $0 + Double($1) / 2 } ?? 0
    return losses.reduce(regularisers) { $0 + (weights[$1.task] ?? 0) * $1.value }
  }

  /// Runs the tape backwards for the total loss, leaving every parameter's gradient, the log variances' included.
  public func backward(_ losses: [TaskLoss], on tape: Tape) {
    let weights = weights
    if let logVariance {
      logVariance.setGradient(losses.map { Float(0.5 - (weights[$0.task] ?? 0) * $0.value) })
    }
    tape.backward(
      losses.flatMap { loss in loss.terms.map { ($0, (weights[loss.task] ?? 0) * loss.factor) } })
  }
}
