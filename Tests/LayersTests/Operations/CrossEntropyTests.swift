import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Softmax cross-entropy against plain loops.
struct CrossEntropyTests {
  private let engine = Engine(threads: 2)

  private func run(
    _ logits: [Float], classes: Int, labels: [Int], weights: [Double] = [1]
  ) throws -> (values: [Double], gradient: [Float]) {
    engine.poison([[labels.count, classes]])
    let tape = Tape(on: engine, mode: .training)
    let input = tape.input(engine.tensor(logits, shape: [labels.count, classes]), wantsGradient: true)
    let losses = weights.map { (loss: tape.crossEntropy(input, labels: labels), weight: $0) }
    tape.backward(losses)
    return (losses.map(\.loss.value), try #require(tape.gradient(of: input)).array)
  }

  @Test("classes, rows and rows without a label")
  func grid() throws {
    try withEvery("classes", in: [1, 2, 5, 17, 751]) { classes in
      try withEvery("rows", in: [1, 2, 9]) { rows in
        try withEvery("unlabelled", in: [0, 1]) { unlabelled in
          guard unlabelled < rows else { return }
          let logits = TestNumbers.normal(rows * classes, "logits \(rows) \(classes)", deviation: 3)
          var labels = TestNumbers.whole(rows, "labels \(classes)", in: 0...classes - 1)
          if unlabelled > 0 { labels[rows / 2] = -1 }
          // Twice with different weights: the gradient is the weighted sum.
          let result = try run(logits, classes: classes, labels: labels, weights: [0.75, 2])
          let loss = CrossEntropyOracle.loss(logits.doubles, classes: classes, labels: labels)
          try Agreement.check("loss", result.values, [loss, loss], within: 1e-12)
          let expected = CrossEntropyOracle.dLogits(logits.doubles, classes: classes, labels: labels).map { 2.75 * $0 }
          try Agreement.check("dlogits", result.gradient, expected, within: 1e-6)
        }
      }
    }
  }

  @Test("gradients against finite differences")
  func finiteDifferences() throws {
    let logits = TestNumbers.normal(4 * 6, "logits differences")
    let labels = [5, -1, 0, 3]
    let result = try run(logits, classes: 6, labels: labels, weights: [1.5])
    try GradientCheck.check("dlogits", result.gradient, at: logits.doubles) {
      1.5 * CrossEntropyOracle.loss($0, classes: 6, labels: labels)
    }
  }

  @Test("no label at all: no loss, no gradient")
  func unlabelled() throws {
    let result = try run(TestNumbers.normal(12, "unlabelled"), classes: 4, labels: [-1, -1, -1])
    #expect(result.values == [0])
    #expect(result.gradient == [Float](repeating: 0, count: 12))
  }

  @Test("large logits neither overflow nor vanish")
  func large() throws {
    let logits: [Float] = [1e4, -1e4, 0, -1e4, 1e4, 0, 1e4, 1e4, 1e4, -1e4, -1e4, -1e4]
    let labels = [0, 0, 1, 2]
    let result = try run(logits, classes: 3, labels: labels)
    let expected = CrossEntropyOracle.loss(logits.doubles, classes: 3, labels: labels)
    try Agreement.check("loss", result.values, [expected], within: 1e-12)
    let byHand = (2e4 + 2 * log(3.0)) / 4
    #expect(abs(expected - byHand) < 1e-9)
    let (third, rest) = (1.0 / 12, -2.0 / 12)
    let dLogits: [Double] = [0, 0, 0, -0.25, 0.25, 0, third, rest, third, third, third, rest]
    try Agreement.check("dlogits", result.gradient, dLogits, within: 1e-7)
  }

  @Test("a loss that has no weight sends no gradient")
  func weightless() throws {
    let logits = TestNumbers.normal(8, "weightless")
    let labels = [1, 3]
    let alone = try run(logits, classes: 4, labels: labels, weights: [2])
    let beside = try run(logits, classes: 4, labels: labels, weights: [2, 0])
    try Agreement.checkSameBits("dlogits", beside.gradient, alone.gradient)
  }
}
