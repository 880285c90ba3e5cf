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
