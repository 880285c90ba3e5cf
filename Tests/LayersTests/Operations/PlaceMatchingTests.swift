import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Matching of the places of two maps, warping and the attended difference, against plain loops.
struct PlaceMatchingTests {
  private let engine = Engine(threads: 2)

  /// Sizes: places of the reference and of the other map, channels; images of each; pairs, of which images have many,
  /// one or none.
  private static let cases: [(rows: Int, columns: Int, depth: Int, pairs: [MapPair])] = [
    (1, 1, 2, [MapPair(reference: 0, other: 0)]),
    (2, 3, 4, [MapPair(reference: 0, other: 1), MapPair(reference: 2, other: 1), MapPair(reference: 0, other: 0)]),
    (5, 4, 17, [MapPair(reference: 1, other: 0), MapPair(reference: 1, other: 1)]),
    (17, 20, 3, [MapPair(reference: 2, other: 1)]),
  ]

  private func matches(
    _ r: [Double], _ o: [Double], _ test: (rows: Int, columns: Int, depth: Int, pairs: [MapPair]), temperature: Double
  ) -> [Double] {
    test.pairs.flatMap { pair in
      (0..<test.rows).flatMap { p in
        let scores = (0..<test.columns).map { q in
          (0..<test.depth).reduce(0) { sum, v in
            sum + temperature * r[(pair.reference * test.rows + p) * test.depth + v]
              * o[(pair.other * test.columns + q) * test.depth + v]
          }
        }
        return scores.map { score in 1 / scores.reduce(0) { $0 + exp($1 - score) } }
      }
    }
  }

  private func warped(
    _ o: [Double], _ m: [Double], _ test: (rows: Int, columns: Int, depth: Int, pairs: [MapPair])
  ) -> [Double] {
    test.pairs.enumerated().flatMap { k, pair in
      (0..<test.rows * test.depth).map { index in
        let (p, v) = (index / test.depth, index % test.depth)
        return (0..<test.columns).reduce(0) {
          $0 + m[(k * test.rows + p) * test.columns + $1] * o[(pair.other * test.columns + $1) * test.depth + v]
        }
      }
    }
  }

  @Test("matches and warped maps, with gradients", arguments: [1, 6])
  func matching(temperature: Int) throws {
    try withEvery("case", in: Self.cases) { test in
      let inputs = [
        OracleCheck.normal([3, test.rows, test.depth], "reference \(test.rows)", deviation: 0.5),
        OracleCheck.normal([2, test.columns, test.depth], "other \(test.rows)", deviation: 0.5),
      ]
      try OracleCheck.check("matching", inputs: inputs, within: 1e-5, gradients: 5e-5) { numbers in
        let m = matches(numbers[0], numbers[1], test, temperature: Double(temperature))
        return [m, warped(numbers[1], m, test)]
      } build: { tape, inputs, _ in
        let m = tape.matches(inputs[0], inputs[1], pairs: test.pairs, temperature: Float(temperature))
        return [m, tape.warped(inputs[1], by: m, pairs: test.pairs)]
      }
    }
  }

  @Test("the attended difference, with gradients by both maps, matches and attention", arguments: [false, true])
  func attendedDifference(isAttended: Bool) throws {
    try withEvery("case", in: Self.cases) { test in
      var inputs = [
        OracleCheck.normal([3, test.rows, test.depth], "reference \(test.rows)"),
        OracleCheck.normal([2, test.columns, test.depth], "other \(test.rows)"),
        (
          TestNumbers.uniform(test.pairs.count * test.rows * test.columns, "matches \(test.rows)", in: 0...0.5),
          [test.pairs.count, test.rows, test.columns]
        ),
      ]
      if isAttended {
        inputs.append((TestNumbers.uniform(3 * test.rows, "attention \(test.rows)", in: 0...1), [3, test.rows]))
      }
      try OracleCheck.check("difference", inputs: inputs, within: 1e-5, gradients: 5e-5) { numbers in
        let warped = warped(numbers[1], numbers[2], test)
        return [
          test.pairs.enumerated().flatMap { k, pair in
            (0..<test.depth).map { v in
              let mean =
                (0..<test.rows).reduce(0) { sum, p in
                  let place = pair.reference * test.rows + p
                  let alpha = 1 + (isAttended ? numbers[3][place] : 0)
                  return sum + alpha
                    * (warped[(k * test.rows + p) * test.depth + v] - numbers[0][place * test.depth + v])
                } / Double(test.rows)
              return mean * mean
            }
          }
        ]
      } build: { tape, inputs, _ in
        [
          tape.attendedDifference(
            of: inputs[0], and: inputs[1], by: inputs[2], attention: isAttended ? inputs[3] : nil, pairs: test.pairs)
        ]
      }
    }
  }

  /// A batch's maps are reference and other at once, and an image is matched with itself.
  @Test("one batch of maps on both sides, with gradients through the whole head")
  func together() throws {
    let pairs = (0..<3).flatMap { i in (0..<2).map { MapPair(reference: i, other: $0) } }
    let test = (rows: 4, columns: 4, depth: 5, pairs: pairs)
    let inputs = [OracleCheck.normal([3, 4, 5], "together")]
    try OracleCheck.check("together", inputs: inputs, within: 1e-5, gradients: 1e-4) { numbers in
      let u = (0..<12).flatMap { place in
        let row = numbers[0][place * 5..<place * 5 + 5]
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / length }
      }
      let warped = warped(numbers[0], matches(u, u, test, temperature: 2), test)
      return [
        pairs.enumerated().flatMap { k, pair in
          (0..<5).map { v in
            let mean =
              (0..<4).reduce(0) {
                $0 + warped[(k * 4 + $1) * 5 + v] - numbers[0][(pair.reference * 4 + $1) * 5 + v]
              } / 4
            return mean * mean
          }
        }
      ]
    } build: { tape, inputs, _ in
      let u = tape.unitLength(inputs[0], least: 1e-6)
      let m = tape.matches(u, u, pairs: pairs, temperature: 2)
      return [tape.attendedDifference(of: inputs[0], and: inputs[0], by: m, attention: nil, pairs: pairs)]
    }
  }

  @Test("a place of zeros in the reference matches all places alike")
  func zeroPlace() {
    let tape = Tape(on: engine, mode: .evaluation)
    let r = tape.unitLength(tape.input(engine.tensor([0, 0, 3, 4], shape: [1, 2, 2])), least: 1e-6)
    let o = tape.unitLength(tape.input(engine.tensor([1, 0, 0, 1], shape: [1, 2, 2])), least: 1e-6)
    let m = tape.matches(r, o, pairs: [MapPair(reference: 0, other: 0)], temperature: 8).tensor.array
    #expect(m[0] == 0.5 && m[1] == 0.5 && m[3] > m[2])
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let pairs = (0..<3).flatMap { i in (0..<4).map { MapPair(reference: $0, other: i) } }
    let inputs = [
      OracleCheck.normal([4, 130, 32], "matching threads reference"),
      OracleCheck.normal([3, 140, 32], "matching threads other"),
      OracleCheck.normal([4, 130], "matching threads attention"),
    ]
    try OracleCheck.checkThreads("matching", inputs: inputs) { tape, inputs, _ in
      let units = inputs.prefix(2).map { tape.unitLength($0, least: 1e-6) }
      let m = tape.matches(units[0], units[1], pairs: pairs, temperature: 3)
      return [
        m, tape.warped(inputs[1], by: m, pairs: pairs),
        tape.attendedDifference(
          of: inputs[0], and: inputs[1], by: m, attention: tape.sigmoid(inputs[2]), pairs: pairs),
      ]
    }
  }
}
