import Foundation
import Runs
import Testing

/// What runs take, in numbers and in words.
struct RunCostTests {
  @Test func sumsAndMultiples() {
    let one = RunCost(runs: 1, seconds: 90, bytes: 1_000)
    #expect(one.times(40) == RunCost(runs: 40, seconds: 3600, bytes: 40_000) && one.times(40).hours == 1)
    #expect(one + one.times(2) == one.times(3))
    // What is unknown of one is unknown of both.
    #expect(one + RunCost(runs: 2) == RunCost(runs: 3))
    #expect(RunCost.measured([]) == nil)
  }

  /// A run that was made on a loaded machine, or one whose seconds are no number, does not move what the next one is said
  /// to take.
  @Test func theMedianIsWhatARunTakes() throws {
    func record(_ seed: Int, seconds: Double) -> RunRecord {
      RunRecord(
        identity: RunIdentity(experiment: "made/up", variant: "Lg", seed: seed, hash: "abcd"),
        folder: URL(fileURLWithPath: "/nowhere"), epochs: [],
        metrics: RunMetrics(
          retrieval: RetrievalScores(
            mAP: 0.5, mAPTrapezoid: 0.5, rank1: 0.5, rank5: 0.5, rank10: 0.5, rank20: 0.5, queries: 2,
            queriesWithoutMatch: 0),
          descriptorLength: 8, parameters: 8, secondsTraining: seconds, secondsEvaluating: 1, imagesPerSecond: 1,
          peakMemoryGiB: 1), provenance: nil)
    }
    func taken(_ seconds: Double...) -> Double? {
      RunCost.measured(seconds.enumerated().map { record($0, seconds: $1) })?.seconds
    }
    #expect(taken(10, 900, 12) == 13 && taken(10, 12) == 12 && taken(.nan, 10) == 11 && taken(.nan) == nil)
    #expect([3.0].medianOfAscending == 3 && [Double]().medianOfAscending == nil)
  }

  @Test(arguments: [
    (36.0, 0, "0.01", "0 bytes"), (3600, 999, "1.0", "999 bytes"), (359_000, 1_500, "99.7", "1.5 kB"),
    (360_000, 22_168_261, "100", "22 MB"), (3.6e6, 1_400_000_000, "1000", "1.4 GB"),
    (0, 9_999_999, "0.00", "10 MB"), (0, 999_600, "0.00", "1.0 MB"),
  ])
  func words(_ seconds: Double, _ bytes: Int, _ hours: String, _ size: String) {
    let cost = RunCost(runs: 1, seconds: seconds, bytes: bytes)
    #expect(cost.hoursInWords == hours && cost.bytesInWords == size)
    #expect(RunCost(runs: 1).hoursInWords == nil && RunCost(runs: 1).bytesInWords == nil)
  }
}
