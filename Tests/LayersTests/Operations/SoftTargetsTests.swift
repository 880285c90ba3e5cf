import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// The distance of a prediction from a softened one, in both forms, against plain loops.
struct SoftTargetsTests {
  private let engine = Engine(threads: 2)

  private func softmax(_ row: [Double]) -> [Double] {
    row.map { z in 1 / row.reduce(0) { $0 + exp($1 - z) } }
  }

  private func oracle(
    _ student: [Double], _ teacher: [Double], classes: Int, temperature: Double, form: AgreementForm
  ) -> Double {
    let rows = student.count / classes
    let terms = (0..<rows).map { row in
      let t = softmax(teacher[row * classes..<(row + 1) * classes].map { $0 / temperature })
      let p = softmax(Array(student[row * classes..<(row + 1) * classes]))
      switch form {
      case .crossEntropy: return -zip(t, p).reduce(0) { $0 + $1.0 * log($1.1) }
      case .binary:
        return -zip(t, p).reduce(0) { $0 + $1.0 * log($1.1) + (1 - $1.0) * log(max(1 - $1.1, 1e-7)) } / Double(classes)
      }
    }
    return terms.reduce(0, +) / Double(rows)
  }

  @Test("forms, classes, temperatures, with gradients", arguments: AgreementForm.allCases)
  func grid(form: AgreementForm) throws {
    try withEvery("classes", in: [2, 5, 17]) { classes in
      try withEvery("rows", in: [1, 4]) { rows in
        try withEvery("temperature", in: [0.5, 1, 4]) { temperature in
          let student = OracleCheck.normal([rows, classes], "student \(rows) \(classes)", deviation: 2)
          let teacher = OracleCheck.normal([rows, classes], "teacher \(rows) \(classes)", deviation: 2)
          try OracleCheck.checkLoss("agreement", input: student) {
            oracle($0, teacher.values.doubles, classes: classes, temperature: temperature, form: form)
          } build: { tape, value in
            tape.agreement(
              value, with: engine.tensor(teacher.values, shape: teacher.shape), temperature: temperature, form: form)
          }
        }
      }
    }
  }

  @Test("a student that is sure stays finite; where the binary form clamps, no gradient flows from there")
  func sure() throws {
    func run(_ student: [Float], _ form: AgreementForm) throws -> (loss: Double, gradient: [Float]) {
      let tape = Tape(on: engine, mode: .training)
      let value = tape.input(engine.tensor(student, shape: [1, 3]), wantsGradient: true)
      let loss = tape.agreement(value, with: engine.filled([1, 3]), temperature: 1, form: form)
      tape.backward([(loss, 1)])
      return (loss.value, try #require(tape.gradient(of: value)).array)
    }
    let crossEntropy = try run([1000, 0, -500], .crossEntropy)
    #expect(abs(crossEntropy.loss - (1000 + 1500) / 3) < 1e-9)
    try Agreement.check("sure", crossEntropy.gradient, [2.0 / 3, -1.0 / 3, -1.0 / 3], within: 1e-6)
    // −1/3 · [(0 − 1000 − 1500)/3 + 2/3 · ln 1e-7]: the first class alone is clamped.
    let binary = try run([1000, 0, -500], .binary)
    #expect(abs(binary.loss - (2500 / 3 - 2 / 3 * log(1e-7)) / 3) < 1e-9)
    // h = −t/3 in each class; gradient h − p · Σ h with p = (1, 0, 0).
    try Agreement.check("clamped", binary.gradient, [2.0 / 9, -1.0 / 9, -1.0 / 9], within: 1e-6)
  }

  @Test("a student that agrees has no gradient")
  func agreed() throws {
    let logits = TestNumbers.normal(12, "agreed")
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.tensor(logits, shape: [3, 4]), wantsGradient: true)
    for form in AgreementForm.allCases {
      let loss = tape.agreement(value, with: engine.tensor(logits, shape: [3, 4]), temperature: 1, form: form)
      tape.backward([(loss, 1)])
      #expect(try #require(tape.gradient(of: value)).array.allSatisfy { abs($0) < 1e-9 })
    }
  }
}
