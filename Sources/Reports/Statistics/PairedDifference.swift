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

  /// The mean difference d̄.
  package var mean: Double { differences.mean }

  /// Half the width of the 95 % interval; nil for one pair, whose noise is unknown.
  package var noise: Double? {
    guard let deviation = differences.deviation,
      let quantile = StudentT.twoSidedQuantile(probability: Self.confidence, degreesOfFreedom: differences.count - 1)
    else { return nil }
    return quantile * deviation / Double(differences.count).squareRoot()
  }
}
