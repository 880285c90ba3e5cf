import Documents
/// A few measurements of one quantity, one per seed, and what they say together.
package struct Sample: Hashable, Sendable {
  /// The measurements, in the order of the seeds.
  package let values: [Double]

  /// Gathers measurements; nil where there is none, since no measurement has no mean.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    self.values = values
  }

  /// How many measurements.
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

extension Figures {
  /// A mean and its deviation; the mean alone where there is but one value.
  package static func spread(_ sample: Sample, decimals: Int = 2) -> String {
    let mean = number(sample.mean, decimals: decimals)
    return sample.deviation.map { "\(mean) ± \(number($0, decimals: decimals))" } ?? mean
  }
}
