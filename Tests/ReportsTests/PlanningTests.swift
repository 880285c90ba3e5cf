import Evidence
import Foundation
import Testing

/// What a study takes, against values of SciPy 1.16 (`scipy.stats.chi2`, `nct`, `t`) and of Cohen's tables.
struct PlanningTests {
  /// χ² by degrees of freedom: the points below which 2.5 % and 97.5 % lie.
  @Test(arguments: [
    (1, 0.000_982_069_117_175_255_5, 5.023_886_187_314_888),
    (2, 0.050_635_615_968_579_75, 7.377_758_908_227_871),
    (3, 0.215_795_282_623_897_85, 9.348_403_604_496_148),
    (4, 0.484_418_557_087_929_9, 11.143_286_781_877_796),
    (5, 0.831_211_613_486_662_6, 12.832_501_994_030_027),
    (9, 2.700_389_499_980_358_4, 19.022_767_798_641_63),
    (19, 8.906_516_481_987_971, 32.852_326_861_729_69),
    (29, 16.047_071_695_364_89, 45.722_285_804_174_52),
  ])
  func quantilesOfChiSquare(_ freedom: Int, _ low: Double, _ high: Double) throws {
    for (probability, expected) in [(0.025, low), (0.975, high)] {
      let found = try #require(
        ChiSquare.quantile(probability: probability, degreesOfFreedom: freedom))
      #expect(abs(found - expected) < 1e-9 * expected + 1e-12, "\(freedom) degrees of freedom")
    }
    #expect(ChiSquare.quantile(probability: 0.5, degreesOfFreedom: 0) == nil)
    #expect(ChiSquare.probabilityBelow(-1, degreesOfFreedom: freedom) == 0)
  }

  /// P(T ≤ t) by degrees of freedom, noncentrality and t.
  @Test(arguments: [
    (1, 0.0, 1.0, 0.75), (1, 16, 12.706204736, 0.209_353_353_072_662_73),
    (2, 3, 4.30265273, 0.612_610_649_831_058),
    (4, 2.5, 2.7764451, 0.522_766_063_055_167_6), (9, 1, 2.26215716, 0.856_144_089_003_467_7),
    (29, 3, 2.04522964, 0.173_769_946_922_072_6), (99, -1, 1.98, 0.998_392_016_299_799_9),
    (3, 5, -1, 9.435_327_078_92e-9),
  ])
  func noncentralT(_ freedom: Int, _ noncentrality: Double, _ t: Double, _ expected: Double) {
    let found = NoncentralT.probabilityBelow(
      t, degreesOfFreedom: freedom, noncentrality: noncentrality)
    #expect(abs(found - expected) < 1e-9, "\(found)")
  }

  /// The pairs for 80 % power, two-sided 5 %: Cohen (1988) has 199, 34 and 15 for his small, medium and large effects.
  @Test(arguments: [
    (0.1, 787), (0.2, 199), (0.3, 90), (0.5, 34), (0.8, 15), (1.0, 10), (1.5, 6), (2.0, 5),
    (3.0, 4), (5.0, 3),
    (10, 3),
  ])
  func pairsNeeded(_ effect: Double, _ pairs: Int) {
    #expect(PairedDesign.pairsNeeded(effect: effect) == pairs)
    #expect(PairedDesign.power(effect: effect, pairs: pairs) >= 0.8)
    #expect(PairedDesign.power(effect: effect, pairs: pairs - 1) < 0.8)
  }

  @Test func theSmallestEffectsAndBeyond() throws {
    for (pairs, effect) in [
      (10, 0.996_001_371_455_443_8), (20, 0.660_441_654_623_029_2), (30, 0.529_235_615_113_041_2),
    ] {
      #expect(abs(try #require(PairedDesign.smallestEffect(pairs: pairs)) - effect) < 1e-7)
    }
    #expect(PairedDesign.smallestEffect(pairs: 1) == nil)
    #expect(PairedDesign.pairsNeeded(effect: .infinity) == 2 && PairedDesign.pairsNeeded(effect: 1e5) == 2)
    for effect in [0, -1, 0.01, .nan] {
      #expect(PairedDesign.pairsNeeded(effect: effect) == nil)
    }
  }

  @Test func aDesignOfMeasuredDifferences() throws {
    // Of 2, 1 and 3 the deviation is 1; χ² of 2 degrees of freedom is 0.0506 … 7.378.
    func design(_ values: [Double]) -> PairedDesign? { Sample(values).flatMap(PairedDesign.init) }
    let measured = try #require(design([2, 1, 3]))
    #expect(measured.pairs == 3 && abs(measured.deviation - 1) < 1e-12)
    #expect(
      abs(measured.deviationInterval[0] - 0.520_659) < 1e-5
        && abs(measured.deviationInterval[1] - 6.284_685) < 1e-3)
    #expect(measured.pairsNeeded(for: -1) == 10 && measured.pairsNeeded(for: 0) == nil)
    // Differences that are all alike: any difference at all shows.
    let alike = try #require(design([2, 2]))
    #expect(
      alike.smallest == 0 && alike.pairsNeeded(for: 1) == 2 && alike.pairsNeeded(for: 0) == nil)
    #expect(design([2]) == nil)
  }
}
