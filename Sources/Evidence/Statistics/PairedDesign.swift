import Foundation

/// What pairs of runs, a seed each, can decide: how far their differences scatter, the smallest difference that so many can
/// show, and how many a given difference takes.
///
/// A difference can be shown where a paired t test, two-sided at 5 %, finds it in four studies of five (a power of 80 %).
/// With n pairs, their deviation σ and a true difference Δ the statistic follows the noncentral t distribution of n − 1
/// degrees of freedom and noncentrality √n·Δ/σ (Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988,
/// chapter 2). σ is not known and the measured deviation stands in for it, so the answer is as uncertain as that is; its
/// interval says how much.
package struct PairedDesign: Codable, Hashable, Sendable {
  /// How often a difference that can be shown is found.
  package static let power = 0.8
  /// No study is planned with more pairs than this.
  package static let mostPairs = 10_000

  /// Pairs that exist.
  package var pairs: Int
  /// The sample deviation of their differences, in points.
  package var deviation: Double
  /// Its 95 % interval, low and high.
  package var deviationInterval: [Double]
  /// The smallest difference that so many pairs can show, in points.
  package var smallest: Double

  enum CodingKeys: String, CodingKey {
    case pairs, deviation, smallest
    case deviationInterval = "deviation_interval"
  }

  /// Nil for fewer than two pairs, whose deviation is unknown.
  ///
  /// The interval is that of normal differences: (n − 1)·s²/σ² follows χ² of n − 1 degrees of freedom.
  package init?(_ differences: Sample) {
    let freedom = differences.count - 1
    guard let deviation = differences.deviation, deviation.isFinite,
      let upper = ChiSquare.quantile(
        probability: (1 + PairedDifference.confidence) / 2, degreesOfFreedom: freedom),
      let lower = ChiSquare.quantile(
        probability: (1 - PairedDifference.confidence) / 2, degreesOfFreedom: freedom),
      let effect = Self.smallestEffect(pairs: differences.count)
    else { return nil }
    pairs = differences.count
    self.deviation = deviation
    deviationInterval = [upper, lower].map { deviation * (Double(freedom) / $0).squareRoot() }
    smallest = effect * deviation
  }

  /// How many pairs ``pairsNeeded(for:)`` found, for a table.
  static func words(needed pairs: Int?) -> String { pairs.map { "\($0)" } ?? "over \(mostPairs)" }

  /// Pairs that a difference of so many points takes, where they scatter as these do; nil for more than
  /// ``mostPairs``, as for no difference at all.
  package func pairsNeeded(for difference: Double) -> Int? {
    guard deviation > 0 else { return difference == 0 ? nil : 2 }
    return Self.pairsNeeded(effect: abs(difference) / deviation)
  }

  /// The share of studies of so many pairs in which the test finds a difference of `effect` deviations.
  package static func power(effect: Double, pairs: Int) -> Double {
    guard
      let limit = StudentT.twoSidedQuantile(
        probability: PairedDifference.confidence, degreesOfFreedom: pairs - 1)
    else { return 0 }
    return power(effect: effect, pairs: pairs, limit: limit)
  }

  private static func power(effect: Double, pairs: Int, limit: Double) -> Double {
    let noncentrality = Double(pairs).squareRoot() * effect
    func below(_ t: Double) -> Double {
      NoncentralT.probabilityBelow(t, degreesOfFreedom: pairs - 1, noncentrality: noncentrality)
    }
    return 1 - below(limit) + below(-limit)
  }

  /// The smallest difference that so many pairs can show, in deviations; nil for fewer than two.
  package static func smallestEffect(pairs: Int) -> Double? {
    guard
      let limit = StudentT.twoSidedQuantile(
        probability: PairedDifference.confidence, degreesOfFreedom: pairs - 1)
    else { return nil }
    return Crossing.of(power, from: 0) { power(effect: $0, pairs: pairs, limit: limit) }
  }

  /// The fewest pairs that can show a difference of `effect` deviations; nil for more than ``mostPairs``.
  package static func pairsNeeded(effect: Double) -> Int? {
    guard effect > 0 else { return nil }
    // So far beyond what scatters that two pairs, the fewest that have a deviation, show it.
    guard effect < 1e6 else { return 2 }
    func suffices(_ pairs: Int) -> Bool { power(effect: effect, pairs: pairs) >= power }
    // Of known deviation it is (1.960 + 0.842)² / effect²; Student's t takes about two more.
    let guess = 7.849 / (effect * effect) + 1.92
    guard guess < Double(mostPairs) + 10 else { return nil }
    var pairs = max(2, Int(guess))
    while pairs > 2, suffices(pairs - 1) { pairs -= 1 }
    while pairs <= mostPairs, !suffices(pairs) { pairs += 1 }
    return pairs <= mostPairs ? pairs : nil
  }
}
