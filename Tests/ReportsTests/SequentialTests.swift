import Evidence
import Foundation
import Tensors
import Testing

/// Studies that are looked at after every seed.
struct SequentialTests {
  private static let studies = 10_000
  private static let pairs = 30

  private func simulate(_ name: String, effect: Double, tolerance: Double) -> SequentialPower {
    var stream = RandomStream(seed: 15, name: name)
    return SequentialPower(
      effect: effect, tolerance: tolerance, studies: Self.studies, pairs: Self.pairs
    ) {
      stream.normal()
    }
  }

  /// With no true difference, at most one study of twenty ends in one, looked at after every one of thirty seeds; three
  /// standard errors of the simulation would be another 0.7 %, and are not needed.
  @Test func withoutADifferenceFewStudiesFindOne() {
    for tolerance in [0, 0.1, 0.5] {
      let power = simulate("none", effect: 0, tolerance: tolerance)
      let wrong = (power.outcomes[.reproduced] ?? 0) + (power.outcomes[.opposite] ?? 0)
      #expect(wrong <= 0.05 && wrong > 0.01, "\(wrong) with a tolerance of \(tolerance)")
    }
  }

  /// What makes the above a test: an ordinary t test looked at as often is wrong several times as often.
  @Test func anOrdinaryTestLookedAtAsOftenIsWrong() throws {
    let limits = try (0..<Self.pairs).map { freedom in
      freedom == 0
        ? .infinity
        : try #require(StudentT.twoSidedQuantile(probability: 0.95, degreesOfFreedom: freedom))
    }
    var stream = RandomStream(seed: 15, name: "none")
    var wrong = 0
    for _ in 0..<2000 {
      var (sum, squares, isFound) = (0.0, 0.0, false)
      for place in 0..<Self.pairs {
        let value = stream.normal()
        (sum, squares) = (sum + value, squares + value * value)
        let n = Double(place + 1)
        guard place > 1 else { continue }
        let variance = (squares - sum * sum / n) / (n - 1)
        isFound = isFound || abs(sum / n) > limits[place] * (variance / n).squareRoot()
      }
      wrong += isFound ? 1 : 0
    }
    #expect(wrong > 2000 / 5)
  }

  /// With a true difference as large as the tolerance, at most one study of twenty says that there is none, nor does more
  /// than that say the opposite; larger ones are found.
  @Test func aDifferenceThatCountsIsSeldomDenied() {
    let atTolerance = simulate("tolerance", effect: 1, tolerance: 1)
    #expect((atTolerance.outcomes[.noSuchDifference] ?? 0) <= 0.05)
    #expect((atTolerance.outcomes[.opposite] ?? 0) <= 0.05)
    let large = simulate("large", effect: 2, tolerance: 0.1)
    #expect(
      (large.outcomes[.reproduced] ?? 0) > 0.99 && (large.outcomes[.noSuchDifference] ?? 0) == 0)
    #expect((large.pairs(deciding: 0.8) ?? 99) <= 12)
    // No difference, and a tolerance of two deviations: that is shown, too.
    let small = simulate("small", effect: 0, tolerance: 2)
    #expect((small.outcomes[.noSuchDifference] ?? 0) > 0.9)
    #expect(zip(small.decided, small.decided.dropFirst()).allSatisfy { $0 <= $1 })
  }

  /// Five claims with no true difference in any: Holm's correction keeps a wrong word on any of them at one study of twenty.
  @Test func holmKeepsTheErrorOfSeveralClaims() {
    #expect(
      Holm.corrected([0.01, 0.04, 0.03, 0.005]).map { ($0 * 1000).rounded() } == [30, 60, 60, 20])
    #expect(Holm.corrected([0.9, 0.9]) == [1, 1] && Holm.corrected([]).isEmpty)
    var stream = RandomStream(seed: 15, name: "several")
    var (plain, corrected) = (0, 0)
    for _ in 0..<2000 {
      let values = (0..<5).map { _ in
        SequentialReading((0..<Self.pairs).map { _ in stream.normal() }, tolerance: 0).p
      }
      plain += values.contains { $0 <= 0.05 } ? 1 : 0
      corrected += Holm.corrected(values).contains { $0 <= 0.05 } ? 1 : 0
    }
    #expect(plain > 200 && corrected <= 100, "\(plain), \(corrected)")
  }

  /// The interval is what the p-values say: at its ends they are 5 %.
  @Test func theIntervalAgreesWithThePValues() throws {
    var test = AlwaysValidT()
    #expect(test.interval() == nil && test.probability(of: 0) == 1)
    for (place, value) in [2.0, 1, 3, 2.5, 1.5].enumerated() {
      test.add(value)
      // Four pairs cannot refute anything yet.
      guard place >= 4 else {
        #expect(test.interval() == nil && test.probability(of: -1e9) > 0.05)
        continue
      }
      let interval = try #require(test.interval())
      for end in interval { #expect(abs(test.probability(of: end) - 0.05) < 1e-9) }
      #expect(interval[0] < test.mean && test.mean < interval[1])
    }
    // By hand: n = 5, mean 2, Σ(x − 2)² = 2.5, c² = 1, so √(1/6) · ((2.5 + 20)/(2.5 + 20/6))^2.5.
    let evidence = (1.0 / 6).squareRoot() * pow(22.5 / (2.5 + 20.0 / 6), 2.5)
    #expect(abs(test.probability(of: 0) - 1 / evidence) < 1e-12)
  }

  /// The decision is a function of the differences in their order, and a later look takes none back unless to say that the
  /// difference is too small to count.
  @Test func readings() {
    let found = SequentialReading([2, 2.1, 1.9, 2.05, 1.95, 2], tolerance: 0.25)
    #expect(found.decision == .reproduced && found.pairs == 6 && found.isAbove)
    #expect(
      SequentialReading([-2, -2.1, -1.9, -2.05, -1.95, -2], tolerance: 0.25).decision == .opposite)
    #expect(
      SequentialReading([0.01, -0.01, 0.02, 0, -0.02, 0.01], tolerance: 0.25).decision
        == .noSuchDifference)
    #expect(SequentialReading([2, -1, 3, 0.5, -2], tolerance: 0.25).decision == .open)
    #expect(SequentialReading([2, 2.1, 1.9, 2], tolerance: 0.25).decision == .open)
    #expect(SequentialReading([], tolerance: 0.25) == SequentialReading([], tolerance: 1))
    // Nothing scatters: five pairs that are alike show what they are.
    #expect(SequentialReading([1, 1, 1, 1, 1], tolerance: 0.25).decision == .reproduced)
    #expect(SequentialReading([0, 0, 0, 0, 0], tolerance: 0.25).decision == .noSuchDifference)
    #expect(SequentialReading([0, 0, 0, 0, 0], tolerance: 0).decision == .open)
  }
}
