import Foundation

/// A t test that may be looked at after every pair: a confidence sequence for the mean of normal differences of unknown
/// deviation.
///
/// It is the mixture of the t statistic's likelihood ratio over effect sizes with a normal weight of mean 0 and precision
/// c²: with n differences, their sum S about the mean μ that is asked about and their sum of squares V about it,
///
///     G(μ) = √(c²/(n + c²)) · (V / (V − S²/(n + c²)))^(n/2)
///
/// is a nonnegative martingale of mean 1 where μ is the true mean, whatever the deviation (Lai, On confidence sequences,
/// Annals of Statistics 4, 1976; as a test martingale in Wang and Ramdas, Anytime-valid t-tests and confidence sequences
/// for Gaussian means with unknown variance, 2023, section 4.3). By Ville's inequality it ever reaches 1/α with a probability
/// of at most α. So `1/G` is a p-value that stays valid however often somebody looks and whenever they stop, and the means
/// with G < 1/α are an interval that covers the true one after every pair at once with probability 1 − α. Neither a
/// number of looks nor a last one has to be fixed beforehand.
package struct AlwaysValidT: Sendable {
  /// α.
  package static let level = 0.05
  /// c². A weight of deviation one makes it sharpest for differences of about one deviation, and lets it decide from the
  /// fifth pair on. Fixed before any run was looked at; any other value is as valid.
  package static let precision = 1.0

  package private(set) var count = 0
  package private(set) var mean = 0.0
  /// Σ(x − mean)².
  private var squares = 0.0

  package init() {}

  package mutating func add(_ difference: Double) {
    count += 1
    let offset = difference - mean
    mean += offset / Double(count)
    squares += offset * (difference - mean)
  }

  private var shrinkage: Double { Self.precision / (Double(count) + Self.precision) }

  /// A p-value of the true mean being `value`: small where the differences speak against it.
  package func probability(of value: Double) -> Double {
    guard count > 0 else { return 1 }
    let n = Double(count)
    let between = n * (mean - value) * (mean - value)
    let ratio = squares + between
    // Nothing scatters and nothing differs: that speaks against nothing.
    guard ratio > 0 else { return 1 }
    let evidence = (log(shrinkage) + n * log(ratio / (squares + between * shrinkage))) / 2
    return min(1, exp(-evidence))
  }

  /// The means that are not refuted at `level`, low and high; nil as long as none can be.
  package func interval(level: Double = level) -> [Double]? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let growth = exp((2 * log(1 / level) - log(shrinkage)) / n)
    guard growth * shrinkage < 1 else { return nil }
    let reach = (squares * (growth - 1) / (n * (1 - growth * shrinkage))).squareRoot()
    return [mean - reach, mean + reach]
  }
}

/// What a study that is looked at after every seed says of an ordering so far: a pure function of the differences in the
/// order of the seeds.
package struct SequentialReading: Codable, Hashable, Sendable {
  /// Pairs that are counted.
  package var pairs = 0
  /// The always-valid 95 % interval of the difference, in points; nil as long as it is without end.
  package var interval: [Double]?
  /// The smallest p-value so far of there being no difference.
  package var p = 1.0
  /// The smallest p-value so far of a difference as large as the tolerance, either way.
  package var pTolerance = 1.0
  /// Whether the difference was above 0 where `p` was smallest.
  package var isAbove = false

  enum CodingKeys: String, CodingKey {
    case pairs, interval, p
    case pTolerance = "p_tolerance"
    case isAbove = "above"
  }

  package init(_ differences: [Double], tolerance: Double) {
    var test = AlwaysValidT()
    for difference in differences {
      test.add(difference)
      see(test, tolerance: tolerance)
    }
    interval = test.interval()
  }

  init() {}

  /// Takes in one look.
  mutating func see(_ test: AlwaysValidT, tolerance: Double) {
    pairs = test.count
    let own = test.probability(of: 0)
    if own < p { (p, isAbove) = (own, test.mean > 0) }
    guard abs(test.mean) < tolerance else { return }
    pTolerance = min(
      pTolerance, max(test.probability(of: tolerance), test.probability(of: -tolerance)))
  }

  /// What it comes to at these p-values, which may be corrected for being several.
  package static func decision(p: Double, pTolerance: Double, isAbove: Bool) -> SequentialDecision {
    if pTolerance <= AlwaysValidT.level { return .noSuchDifference }
    guard p <= AlwaysValidT.level else { return .open }
    return isAbove ? .reproduced : .opposite
  }

  package var decision: SequentialDecision {
    Self.decision(p: p, pTolerance: pTolerance, isAbove: isAbove)
  }
}

/// What came of an ordering in a study that is looked at after every seed.
package enum SequentialDecision: String, CaseIterable, Codable, Sendable {
  /// The interval lies above 0.
  case reproduced
  /// The interval lies below 0.
  case opposite
  /// The interval lies within the tolerance: the difference is smaller than what counts.
  case noSuchDifference = "no such difference"
  /// None of these yet.
  case open
}

/// Holm's correction (A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979):
/// the probability that any true hypothesis of several is rejected stays at the level, however they depend on each other.
package enum Holm {
  /// The p-values so corrected, in their order.
  package static func corrected(_ values: [Double]) -> [Double] {
    var corrected = values
    var largest = 0.0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (rank, place) in order.enumerated() {
      largest = max(largest, min(1, Double(values.count - rank) * values[place]))
      corrected[place] = largest
    }
    return corrected
  }
}
