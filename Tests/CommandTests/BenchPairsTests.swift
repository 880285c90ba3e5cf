import Foundation
import TestSupport
import Testing

@Suite struct BenchPairsTests {
  @Test func jsonHasTimesAndMemoryAndTheSameNumbersOnAnyThreads() throws {
    let command = [
      "bench", "pairs", "--queries", "9", "--gallery", "150", "--first", "7", "--scales", "3", "--width", "8", "--size",
      "64x32", "--format", "json",
    ]
    let outcome = try BuiltCommand.run(command)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    for (key, count) in [("queries", 9), ("gallery", 150), ("first", 7), ("width", 8)] {
      #expect(json[key] as? Int == count)
    }
    #expect(json["maps"] as? [[Int]] == [[2, 1], [4, 2], [8, 4]])
    for key in ["seconds", "pairs_per_second", "peak_rss_gib", "peak_rss_after_tenth_gib"] {
      #expect(json[key] as? Double ?? 0 > 0, "\(key)")
    }
    #expect(json["mean_difference"] as? Double ?? 0 != 0)
    let again = try BuiltCommand.run(command + ["--threads", "1"])
    let second = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
    #expect(second["mean_difference"] as? Double == json["mean_difference"] as? Double)
  }

  @Test func badSizesAreRefused() throws {
    for bad in [["--queries", "0"], ["--scales", "4"], ["--size", "100x32"], ["--size", "64"], ["--width", "0"]] {
      let outcome = try BuiltCommand.run(["bench", "pairs"] + bad)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(bad)")
    }
  }
}
