import Layers
import Tensors
import TestSupport
import Testing

/// The triplet loss and the hardest triplets of a batch, against plain loops.
struct TripletsTests {
  private let engine = Engine(threads: 2)

  private func distance(_ e: [Double], _ a: Int, _ b: Int, width: Int) -> Double {
    (0..<width).reduce(0) { $0 + (e[a * width + $1] - e[b * width + $1]) * (e[a * width + $1] - e[b * width + $1]) }
  }

  private func oracle(_ e: [Double], width: Int, triplets: [Triplet], margin: Double) -> Double {
    let terms = triplets.map {
      max(
        0,
        margin + distance(e, $0.anchor, $0.positive, width: width) - distance(e, $0.anchor, $0.negative, width: width))
    }
    return terms.isEmpty ? 0 : terms.reduce(0, +) / 2 / Double(terms.count)
  }

  @Test("triplets and widths, with gradients; some within the margin")
  func grid() throws {
    try withEvery("triplets", in: [1, 2, 7]) { count in
      try withEvery("width", in: [1, 3, 8, 17, 40]) { width in
        try withEvery("margin", in: [0.1, 2.0]) { margin in
          let e = OracleCheck.normal([3 * count, width], "triplets \(count) \(width)")
          let triplets = Triplet.inThirds(of: 3 * count)
          try OracleCheck.checkLoss("triplets", input: e) {
            oracle($0, width: width, triplets: triplets, margin: margin)
          } build: { tape, value in
            tape.tripletLoss(value, triplets: triplets, margin: margin)
          }
        }
      }
    }
  }

  @Test("a batch in thirds: anchors, positives, negatives")
  func thirds() {
    #expect(
      Triplet.inThirds(of: 6) == [
        Triplet(anchor: 0, positive: 2, negative: 4), Triplet(anchor: 1, positive: 3, negative: 5),
      ])
    #expect(Triplet.inThirds(of: 0).isEmpty)
  }

  @Test("all within the margin, or no triplet: no loss, a gradient of zeros")
  func inactive() throws {
    let e: [Float] = [0, 0, 0, 1, 5, 5]
    for triplets in [Triplet.inThirds(of: 3), []] {
      let tape = Tape(on: engine, mode: .training)
      let value = tape.input(engine.tensor(e, shape: [3, 2]), wantsGradient: true)
      let loss = tape.tripletLoss(value, triplets: triplets, margin: 0.5)
      tape.backward([(loss, 1)])
      #expect(loss.value == 0)
      #expect(tape.gradient(of: value)?.array == [Float](repeating: 0, count: 6))
    }
  }

  @Test("collapsed to one point: half the margin, and no gradient")
  func collapsed() {
    let tape = Tape(on: engine, mode: .training)
    let value = tape.input(engine.filled([6, 4], with: 0.5), wantsGradient: true)
    let loss = tape.tripletLoss(value, triplets: Triplet.inThirds(of: 6), margin: 0.1)
    tape.backward([(loss, 1)])
    #expect(abs(loss.value - 0.05) < 1e-12)
    #expect(tape.gradient(of: value)?.array.allSatisfy { $0 == 0 } == true)
  }

  @Test("the hardest triplets against a search through all", arguments: [false, true])
  func hardest(tied: Bool) throws {
    try withEvery("rows", in: [1, 2, 9, 24]) { rows in
      try withEvery("identities", in: [1, 3, 30]) { identities in
        let width = 5
        let e =
          tied
          ? TestNumbers.whole(rows * width, "hardest", in: 0...1).map(Float.init)
          : TestNumbers.normal(rows * width, "hardest")
        let ids = TestNumbers.whole(rows, "hardest ids \(identities)", in: 0...identities - 1)
        var expected: [Triplet] = []
        for a in 0..<rows {
          let others = (0..<rows).filter { $0 != a }
          let far = others.filter { ids[$0] == ids[a] }.map { (-distance(e.doubles, a, $0, width: width), $0) }
          let near = others.filter { ids[$0] != ids[a] }.map { (distance(e.doubles, a, $0, width: width), $0) }
          guard let p = far.min(by: <), let n = near.min(by: <) else { continue }
          expected.append(Triplet(anchor: a, positive: p.1, negative: n.1))
        }
        let found = Triplet.hardest(in: engine.tensor(e, shape: [rows, width]), identities: ids, on: engine)
        try Agreement.require(found == expected, "\(found) is not \(expected)")
      }
    }
  }
}
