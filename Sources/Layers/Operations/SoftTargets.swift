import Foundation
import Tensors

/// How far a prediction is from a softened one.
package enum AgreementForm: String, Sendable, CaseIterable {
  /// `H = −Σ_j t_j · ln p_j`
  case crossEntropy = "cross-entropy"
  /// `H = −1/C · Σ_j [t_j · ln p_j + (1 − t_j) · ln max(1 − p_j, 1e-7)]`: each class a question of yes or no.
  case binary
}

extension Tape {
  /// How far a student's predictions are from a teacher's softened ones, averaged over the rows.
  ///
  ///     t = softmax(teacher / temperature)      p = softmax(student)      loss = 1/N · Σ_n H(t[n], p[n])
  ///
  /// Source: Chen, Zhu and Gong, "Person Re-Identification by Deep Learning Multi-Scale Representations", 2017. Sums
  /// run in double precision, `ln p` comes from the logits, and where the binary form's maximum clamps no gradient
  /// flows.
  ///
  /// - Parameters:
  ///   - student: `[N, C]`, logits.
  ///   - teacher: `[N, C]`, logits; a constant to the gradient.
  package func agreement(_ student: Value, with teacher: Tensor, temperature: Double, form: AgreementForm) -> Loss {
    let (rows, classes) = (student.shape[0], student.shape[1])
    precondition(teacher.shape == student.shape, "a teacher of \(teacher.shape) for a student of \(student.shape)")
    let scores = student.tensor
    var total = 0.0
    var targets: [[Double]] = []
    var predictions: [[Double]] = []
    for row in 0..<rows {
      let t = Self.logSoftmax(teacher.pointer + row * classes, count: classes, over: temperature).map { exp($0) }
      let logs = Self.logSoftmax(scores.pointer + row * classes, count: classes, over: 1)
      let p = logs.map { exp($0) }
      switch form {
      case .crossEntropy:
        for c in 0..<classes { total -= t[c] * logs[c] }
      case .binary:
        var sum = 0.0
        for c in 0..<classes { sum += t[c] * logs[c] + (1 - t[c]) * log(max(1 - p[c], Self.leastOther)) }
        total -= sum / Double(classes)
      }
      targets.append(t)
      predictions.append(p)
    }
    let sums = shard.sum([total, Double(rows)])
    let count = sums[1]
    let loss = Loss(value: count > 0 ? sums[0] / count : 0)
    guard let slot = student.slot else { return loss }
    record { [engine, targets, predictions] in
      slot.accumulate(shape: scores.shape, on: engine) { dStudent, accumulate in
        for row in 0..<rows {
          let gradient = Self.agreementGradient(targets[row], predictions[row], form: form)
          for c in 0..<classes {
            let place = row * classes + c
            let term = Float(loss.weight / count * gradient[c])
            dStudent.pointer[place] = (accumulate ? dStudent.pointer[place] : 0) + term
          }
        }
      }
    }
    return loss
  }

  /// The least that is taken for the probability of "not this class".
  private static let leastOther = 1e-7

  /// ∂H/∂z of one row: `p − t`, or by the chain rule of the softmax `h − p · Σ h` with `h = p · ∂H/∂p`.
  private static func agreementGradient(_ t: [Double], _ p: [Double], form: AgreementForm) -> [Double] {
    switch form {
    case .crossEntropy: return zip(t, p).map { $1 - $0 }
    case .binary:
      let share = 1 / Double(t.count)
      let h = zip(t, p).map { t, p in share * ((1 - p >= leastOther ? (1 - t) * p / (1 - p) : 0) - t) }
      let sum = h.reduce(0, +)
      return zip(h, p).map { $0 - $1 * sum }
    }
  }

  /// `ln softmax(row / temperature)`
  private static func logSoftmax(
    _ row: UnsafePointer<Float>, count: Int, over temperature: Double
  ) -> [Double] {
    let normaliser = logSumExp(row, count: count, over: temperature)
    return (0..<count).map { Double(row[$0]) / temperature - normaliser }
  }
}
