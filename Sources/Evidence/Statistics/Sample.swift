import Documents
import Foundation

/// A few measurements of one quantity, one per seed, and what they say together.
package struct Sample: Hashable, Sendable {
  /// The measurements, in the order of the seeds.
  package let values: [Double]

  /// Gathers measurements; nil where there is none, since no measurement has no mean.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    self.values = values
  }

  package var count: Int { values.count }

  /// The mean, Σx/n.
  package var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The sample deviation, √(Σ(x − mean)²/(n − 1)); nil for one measurement, whose spread is unknown (not zero).
  package var deviation: Double? {
    guard values.count > 1 else { return nil }
    let center = mean
    let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The smallest and the largest measurement.
  package var range: ClosedRange<Double> {
    let smallest = values.reduce(Double.infinity, min)
    return smallest...max(smallest, values.reduce(-Double.infinity, max))
  }
}

extension Numerals {
  /// A mean and its deviation; the mean alone where there is but one value.
  package static func spread(_ sample: Sample, decimals: Int = 2) -> String {
    let mean = number(sample.mean, decimals: decimals)
    return sample.deviation.map { "\(mean) ± \(number($0, decimals: decimals))" } ?? mean
  }
}

/// A figure over seeds, for another program.
package struct Spread: Codable, Hashable, Sendable {
  package var mean: Double
  /// The sample deviation; absent for one seed.
  package var deviation: Double?
  /// The values, one a finished seed.
  package var values: [Double]

  package init?(_ sample: Sample?) {
    guard let sample else { return nil }
    (mean, deviation, values) = (sample.mean, sample.deviation, sample.values)
  }
}

extension Array where Element: Hashable {
  /// Each element once, where it stands first.
  package var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

/// How much a second variant gains over a first one, seed by seed.
///
/// Both variants were run under the same seeds, so the differences are taken within each seed: what a seed does to both
/// alike falls out. With differences d₁ … dₙ the delta is their mean d̄, and its noise is half the 95 % interval
/// of Student's t, `t(0.975, n − 1) · s_d / √n` with s_d their sample deviation.
package struct PairedDifference: Hashable, Sendable {
  /// The confidence that the noise is stated at.
  package static let confidence = 0.95

  /// The differences, second minus first, one per seed that both have finished.
  package let differences: Sample

  /// Takes the differences; nil where no seed has both.
  package init?(from first: [Int: Double], to second: [Int: Double]) {
    let seeds = first.keys.filter { second[$0] != nil }.sorted()
    let gains = seeds.compactMap { seed in first[seed].flatMap { before in second[seed].map { $0 - before } } }
    guard let sample = Sample(gains) else { return nil }
    differences = sample
  }

  package var mean: Double { differences.mean }

  /// Half the width of the 95 % interval; nil for one pair, whose noise is unknown.
  package var noise: Double? {
    guard let deviation = differences.deviation,
      let quantile = StudentT.twoSidedQuantile(probability: Self.confidence, degreesOfFreedom: differences.count - 1)
    else { return nil }
    return quantile * deviation / Double(differences.count).squareRoot()
  }
}
