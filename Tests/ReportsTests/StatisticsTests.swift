import Evidence
import Tensors
import Testing

/// Means, deviations and intervals against values worked out by hand or printed in tables.
struct StatisticsTests {
  @Test func meanAndDeviation() throws {
    let sample = try #require(Sample([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(sample.mean == 5)
    // Σ(x − 5)² = 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, over 7.
    #expect(abs(try #require(sample.deviation) - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(sample.range == 2...9)
  }

  @Test func oneValueHasNoDeviationAndNoneHasNoMean() throws {
    #expect(try #require(Sample([3])).deviation == nil)
    #expect(Sample([]) == nil)
  }

  /// The upper 2.5 % points as printed in any table of Student's t.
  static let table = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
  ]

  @Test func quantilesOfStudentsT() throws {
    for (index, expected) in Self.table.enumerated() {
      let quantile = try #require(StudentT.twoSidedQuantile(probability: 0.95, degreesOfFreedom: index + 1))
      #expect(abs(quantile - expected) < 0.00051, "\(index + 1) degrees of freedom")
    }
    #expect(StudentT.twoSidedQuantile(probability: 0.95, degreesOfFreedom: 0) == nil)
    #expect(StudentT.twoSidedQuantile(probability: 1, degreesOfFreedom: 3) == nil)
    // Towards the normal distribution.
    let many = try #require(StudentT.twoSidedQuantile(probability: 0.95, degreesOfFreedom: 1000))
    #expect(abs(many - 1.9623) < 0.0001)
  }

  @Test func pairedDifferences() throws {
    // By seed 2, 1 and 3: mean 2, deviation 1, so the noise is 4.3027 / √3.
    let pairs = try #require(
      PairedDifference(from: [1: 10, 2: 12, 3: 11], to: [3: 14, 1: 12, 2: 13, 9: 50]))
    #expect(pairs.differences.values == [2, 1, 3])
    #expect(pairs.mean == 2)
    #expect(abs(try #require(pairs.noise) - 2.4841) < 0.0001)
  }

  @Test func whatSeedsShareFallsOut() throws {
    // Seeds move both rows by tens, and the gain is one in each.
    let pairs = try #require(PairedDifference(from: [1: 10, 2: 40, 3: 70], to: [1: 11, 2: 41, 3: 71]))
    #expect(pairs.noise == 0)
    #expect(Verdict(measured: pairs, published: 5).words == "same direction, exceeds noise")
  }

  @Test func noSharedSeedIsNoDifference() {
    #expect(PairedDifference(from: [1: 10], to: [2: 12]) == nil)
    #expect(PairedDifference(from: [:], to: [:]) == nil)
  }

  @Test(arguments: [
    ([2.0, 1, 3], 1.0, "same direction, within noise"),
    ([2.0, 2.1, 1.9], 1.0, "same direction, exceeds noise"),
    ([2.0, 2.1, 1.9], -1.0, "opposite direction, exceeds noise"),
    ([-2.0, -1, -3], 1.0, "opposite direction, within noise"),
    ([-2.0, -2.1, -1.9], -1.0, "same direction, exceeds noise"),
    ([0.0, 0, 0], 1.0, "no difference, within noise"),
    ([1.0, -1, 0], 1.0, "no difference, within noise"),
    ([2.0, 2.1, 1.9], 0.0, "the paper shows no difference, exceeds noise"),
    ([2.0], 1.0, "same direction, noise unknown (one seed)"),
  ])
  func verdicts(_ gains: [Double], _ published: Double, _ words: String) throws {
    let seeds = gains.indices
    let pairs = PairedDifference(
      from: Dictionary(uniqueKeysWithValues: seeds.map { ($0, 0) }),
      to: Dictionary(uniqueKeysWithValues: seeds.map { ($0, gains[$0]) }))
    #expect(Verdict(measured: pairs, published: published).words == words)
  }

  @Test func verdictsWithoutOneSide() throws {
    let pairs = try #require(PairedDifference(from: [1: 0, 2: 0], to: [1: 1, 2: 1.01]))
    #expect(Verdict(measured: pairs, published: nil).words == "not in the paper, exceeds noise")
    #expect(Verdict(measured: nil, published: 1).words == "not measured")
  }

  /// Of values in threes that are worked out by hand, the interval is what any other bootstrap gives, up to its draws.
  @Test func bootstrapOverIdentities() throws {
    var stream = RandomStream(seed: 1, name: "bootstrap")
    let identities = (0..<100).map { (sum: 3 * Double($0), queries: 3) }
    let interval = try #require(
      IdentityBootstrap.interval(of: identities) { stream.int(below: $0) })
    // The mean of 0 … 99 is 49.5, its standard error 28.87 / 10.
    #expect(
      abs(interval[0] - (49.5 - 1.96 * 2.887)) < 0.6
        && abs(interval[1] - (49.5 + 1.96 * 2.887)) < 0.6)
    // Identities count by their queries: one of many queries draws the mean to itself.
    let uneven = [(sum: 100.0, queries: 100), (sum: 0, queries: 1)]
    let range = try #require(IdentityBootstrap.interval(of: uneven) { stream.int(below: $0) })
    #expect(range == [0, 1])
    #expect(IdentityBootstrap.interval(of: [(1, 1)]) { _ in 0 } == nil)
  }

  /// Ten queries that all gain: of the 1,024 ways to set the signs two are as far from zero.
  @Test func permutations() {
    func test(_ differences: [Double]) -> PermutationTest {
      var stream = RandomStream(seed: 1, name: "signs")
      return PermutationTest("mAP", differences: differences) { stream.next() }
    }
    let clear = test(Array(repeating: 1, count: 10))
    #expect(clear.mean == 1 && clear.queries == 10 && clear.permutations == 10_000)
    #expect(abs(clear.p - 2.0 / 1024) < 0.0015)
    // Six of ten against four: P(|2k − 10| ≥ 2) = 1 − 252/1024, and queries that are alike in both say nothing.
    let even = test([1, 1, 1, 1, 1, 1, -1, -1, -1, -1] + Array(repeating: 0, count: 70))
    #expect(abs(even.p - (1 - 252.0 / 1024)) < 0.015 && even.queries == 80)
    #expect(
      test([-1, -1, -1, -1, -1, -1, 1, 1, 1, 1]).p == test([1, 1, 1, 1, 1, 1, -1, -1, -1, -1]).p)
    #expect(test([0, 0, 0]).p == 1 && test([]).p == 1 && test([]).mean == 0)
    #expect(test(Array(repeating: 1, count: 200)).p == 1.0 / 10_001)
  }
}
