import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Pairs of rows: their squared differences and the loss on them, against plain loops.
struct VerificationTests {
  private let engine = Engine(threads: 2)

  @Test("squared differences of all pairs, with gradients")
  func squaredDifferences() throws {
    try withEvery("rows", in: [2, 3, 6]) { rows in
      try withEvery("width", in: [1, 5, 70]) { width in
        let pairs = RowPair.all(of: rows) + [RowPair(0, 0), RowPair(1, 0)]
        let x = OracleCheck.normal([rows, width], "squared \(rows) \(width)")
        try OracleCheck.check("squared", inputs: [x]) { numbers in
          [
            pairs.flatMap { pair in
              (0..<width).map { i in
                let difference = numbers[0][pair.first * width + i] - numbers[0][pair.second * width + i]
                return difference * difference
              }
            }
          ]
        } build: { tape, inputs, _ in
          [tape.squaredDifferences(inputs[0], pairs: pairs)]
        }
      }
    }
  }

  @Test("all pairs, the first below the second")
  func pairs() {
    #expect(RowPair.all(of: 3) == [RowPair(0, 1), RowPair(0, 2), RowPair(1, 2)])
    #expect(RowPair.all(of: 1).isEmpty && RowPair.all(of: 0).isEmpty)
  }

  private func oracle(_ f: [Double], _ weight: [Double], _ bias: [Double], width: Int, ids: [Int]) -> Double {
    var terms: [[Double]] = [[], []]
    for i in ids.indices {
      for j in ids.indices where j > i {
        let z = (0..<2).map { k in
          (0..<width).reduce(bias[k]) { sum, d in
            let difference = f[i * width + d] - f[j * width + d]
            return sum + weight[k * width + d] * difference * difference
          }
        }
        let label = ids[i] == ids[j] ? 1 : 0
        terms[label].append(log(exp(z[0] - z[label]) + exp(z[1] - z[label])))
      }
    }
    return terms.reduce(0) { $0 + ($1.isEmpty ? 0 : 0.5 * $1.reduce(0, +) / Double($1.count)) }
  }

  @Test(
    "both kinds of pairs, one kind alone, with gradients",
    arguments: [[0, 0, 1, 2, 1], [0, 1, 2, 3], [4, 4, 4], [0, 1], [5, 5]])
  func verification(ids: [Int]) throws {
    let width = 4
    let f = OracleCheck.normal([ids.count, width], "verification \(ids.count)", deviation: 0.7)
    let weight = TestNumbers.normal(2 * width, "verification weight")
    let bias = TestNumbers.normal(2, "verification bias")
    let store = ParameterStore(on: engine)
    let (w, b) = (
      store.parameter("v.weight", shape: [2, width], group: .new), store.parameter("v.bias", shape: [2], group: .new)
    )
    w.load(weight)
    b.load(bias)
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.tensor(f.values, shape: f.shape), wantsGradient: true)
    let (logits, loss) = tape.verification(value, identities: ids, weight: w, bias: b)
    #expect(logits?.shape == [ids.count * (ids.count - 1) / 2, 2])
    let expected = oracle(f.values.doubles, weight.doubles, bias.doubles, width: width, ids: ids)
    // The logits are rounded to single precision.
    try Agreement.check("loss", [loss.value], [expected], within: 1e-5)
    tape.backward([(loss, 1.5)])
    try GradientCheck.check("df", try #require(tape.gradient(of: value)).array, at: f.values.doubles) {
      1.5 * oracle($0, weight.doubles, bias.doubles, width: width, ids: ids)
    }
    try GradientCheck.check("dweight", w.gradient.array, at: weight.doubles) {
      1.5 * oracle(f.values.doubles, $0, bias.doubles, width: width, ids: ids)
    }
    try GradientCheck.check("dbias", b.gradient.array, at: bias.doubles) {
      1.5 * oracle(f.values.doubles, weight.doubles, $0, width: width, ids: ids)
    }
  }

  @Test("a batch of one image has no pair, no loss and no gradient")
  func single() {
    let store = ParameterStore(on: engine)
    let weight = store.parameter("v.weight", shape: [2, 3], group: .new)
    let bias = store.parameter("v.bias", shape: [2], group: .new)
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.filled([1, 3], with: 1), wantsGradient: true)
    let (logits, loss) = tape.verification(value, identities: [7], weight: weight, bias: bias)
    tape.backward([(loss, 1)])
    #expect(logits == nil && loss.value == 0 && tape.gradient(of: value) == nil && !weight.hasGradient)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    try OracleCheck.checkThreads("squared", inputs: [OracleCheck.normal([24, 200], "squared threads")]) {
      tape, inputs, _ in [tape.squaredDifferences(inputs[0], pairs: RowPair.all(of: 24))]
    }
  }
}
