import Foundation
import TestSupport
import Testing

@Suite struct BenchRetrievalTests {
  @Test func jsonHasTimesMemoryAndScores() throws {
    let command = ["bench", "retrieval", "--queries", "40", "--gallery", "300", "--dim", "1024", "--repeats", "1"]
    let outcome = try BuiltCommand.run(command + ["--format", "json"])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    for (key, count) in [("queries", 40), ("gallery", 300), ("dim", 1024)] { #expect(json[key] as? Int == count) }
    for key in ["seconds_rank", "seconds_rerank", "peak_rss_gib"] {
      #expect(json[key] as? Double ?? 0 > 0, "\(key)")
    }
    // What is timed is a ranking: identities are told apart, and a second run computes the same.
    #expect(json["mAP"] as? Double ?? 0 > 0.2 && json["reranked_mAP"] as? Double ?? 0 > 0.2)
    let again = try BuiltCommand.run(command + ["--format", "json", "--threads", "1"])
    let second = try #require(try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
    #expect(second["mAP"] as? Double == json["mAP"] as? Double)
    #expect(second["reranked_mAP"] as? Double == json["reranked_mAP"] as? Double)
  }

  /// 280 MiB of descriptors are too many for memory.
  @Test func aLargeGalleryLiesInAFileThatIsGoneAfterwards() throws {
    let folder = try TemporaryFolder()
    let command = ["bench", "retrieval", "--queries", "4", "--gallery", "70000", "--dim", "1024", "--repeats", "1"]
    let outcome = try BuiltCommand.run(command + ["--format", "json"], environment: ["TMPDIR": folder.url.path])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(json["gallery_in_file"] as? Bool == true && json["seconds_rerank"] == nil)
    #expect(json["mAP"] as? Double ?? 0 > 0.2)
    #expect(json["peak_rss_gib"] as? Double ?? 1 < 0.25, "less than the gallery alone")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    // A disk that such a file does not fit on.
    let full = try BuiltCommand.run(
      command, environment: ["TMPDIR": folder.url.path], by: "ulimit -f 1000; exec \"$@\"")
    #expect(full.status == 2 && full.output.isEmpty)
    #expect(
      full.complaints.contains("\(folder.url.path): a temporary file cannot be written there"), "\(full.complaints)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func badCountsAreRefused() throws {
    for bad in [["--queries", "0"], ["--dim", "-1"], ["--repeats", "0"], ["--threads", "0"], ["--k1", "0"]] {
      let outcome = try BuiltCommand.run(["bench", "retrieval"] + bad)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(bad)")
    }
  }
}
