/// What a mean over queries would be on other people: the bootstrap over identities.
///
/// The queries of one person are alike, so that persons are drawn and not queries (the cluster bootstrap; Davison and Hinkley,
/// Bootstrap Methods and their Application, 1997, section 3.8). Each draw takes as many identities as there are, with
/// replacement, and the mean over all of their queries; the interval leaves out a fortieth of the draws at either end.
package enum IdentityBootstrap {
  package static let draws = 2000

  /// The 95 % interval, low and high; nil below two identities, which tell nothing of others.
  ///
  /// - Parameters:
  ///   - identities: of each, the sum over its queries and how many these are.
  ///   - draw: a whole number below the one that is asked for, each equally likely.
  package static func interval(of identities: [(sum: Double, queries: Int)], draw: (Int) -> Int)
    -> [Double]?
  {
    guard identities.count > 1 else { return nil }
    var means = (0..<draws).map { _ in
      var (sum, queries) = (0.0, 0)
      for _ in identities.indices {
        let drawn = identities[draw(identities.count)]
        sum += drawn.sum
        queries += drawn.queries
      }
      return sum / Double(queries)
    }
    means.sort()
    let left = draws / 40
    return [means[left - 1], means[draws - left]]
  }
}

/// Whether two runs differ on the same queries by more than chance: the paired permutation test.
///
/// Were the runs alike, which of them gave which of a query's two figures would be chance, so that the signs of the
/// differences are flipped at random, each query's by itself (Fisher; for retrieval: Smucker, Allan and Carterette, CIKM
/// 2007). p is the share of such permutations, the one that was measured among them, whose mean lies as far from 0. It says
/// nothing of other seeds.
package struct PermutationTest: Codable, Hashable, Sendable {
  package static let permutations = 10_000

  /// The figure: `mAP`.
  package var metric: String
  /// The mean difference over the queries, in points.
  package var mean: Double
  package var queries: Int
  package var permutations = Self.permutations
  /// Two-sided.
  package var p: Double

  /// - Parameters:
  ///   - differences: the second run's figure minus the first one's, a query each, in points.
  ///   - bits: 64 random bits.
  package init(_ metric: String, differences: [Double], bits: () -> UInt64) {
    let sum = differences.reduce(0, +)
    self.metric = metric
    queries = differences.count
    mean = queries > 0 ? sum / Double(queries) : 0
    let moved = differences.filter { $0 != 0 }
    // Sums in another order have other last bits.
    let limit = abs(sum) - 1e-12 * moved.reduce(0) { $0 + abs($1) }
    var asFar = 1
    for _ in 0..<Self.permutations {
      var (permuted, word, left) = (0.0, UInt64(0), 0)
      for difference in moved {
        if left == 0 { (word, left) = (bits(), 64) }
        permuted += word & 1 == 0 ? difference : -difference
        (word, left) = (word >> 1, left - 1)
      }
      if abs(permuted) >= limit { asFar += 1 }
    }
    p = Double(asFar) / Double(Self.permutations + 1)
  }
}
