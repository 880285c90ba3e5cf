import Foundation
import TestSupport
import Testing

@Suite struct ScoreCommandTests {
  let golden = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../RetrievalTests/Fixtures/retrieval-small.safetensors").standardized

  @Test func jsonHasThePeersFields() throws {
    let outcome = try BuiltCommand.run(["score", "retrieval", golden.path, "--format", "json"])
    #expect(outcome.status == 0)
    #expect(outcome.complaints.isEmpty)
    let printed = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let twin = golden.deletingPathExtension().appendingPathExtension("json")
    let expected = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: twin)) as? [String: Any])
    for key in ["queries", "gallery", "gallery_without_junk", "dim"] {
      #expect(printed[key] as? Int == expected[key] as? Int && printed[key] is Int, "\(key)")
    }
    let figures = try #require(printed["plain"] as? [String: Double])
    let wanted = try #require(expected["plain"] as? [String: Double])
    #expect(Set(figures.keys) == Set(wanted.keys))
    for (key, value) in wanted { #expect(abs(figures[key, default: -1] - value) < 1e-6, "\(key)") }
  }

  @Test func theTableIsForReading() throws {
    let outcome = try BuiltCommand.run(["score", "retrieval", golden.path])
    #expect(outcome.status == 0)
    #expect(
      outcome.output == """
        80 queries (0 without a true match are not counted), 500 gallery images (450 without junk), descriptors of 24 \
        numbers, Euclidean distance
        mAP (rectangle)  21.71 %
        mAP (trapezoid)  19.01 %
        Rank-1           27.50 %
        Rank-5           61.25 %
        Rank-10          76.25 %
        Rank-20          86.25 %

        """)
  }

  @Test func badFilesAreErrors() throws {
    let folder = try TemporaryFolder()
    let whole = Array(try Data(contentsOf: golden))
    let cut = try folder.write(Array(whole.prefix(100_000)), to: "cut.safetensors")
    let lie = try folder.write(Array(repeating: 0xff, count: 64), to: "lie.safetensors")
    let empty = try folder.write("", to: "empty.safetensors")
    for file in [cut, lie, empty, folder.url, folder.url.appendingPathComponent("missing.safetensors")] {
      let outcome = try BuiltCommand.run(["score", "retrieval", file.path, "--format", "json"])
      #expect(outcome.status == 2)
      #expect(outcome.output.isEmpty)
      #expect(outcome.complaints.hasPrefix("error: \(file.path)"), "\(outcome.complaints)")
    }
    for arguments in [
      ["score", "retrieval"], ["score", "retrieval", golden.path, "--format", "xml"], ["score", "x"],
    ] {
      let outcome = try BuiltCommand.run(arguments)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(!outcome.complaints.isEmpty)
    }
  }
}
