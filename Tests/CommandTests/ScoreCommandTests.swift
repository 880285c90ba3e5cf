import Datasets
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

  @Test func reRankedFiguresHaveThePeersFields() throws {
    let outcome = try BuiltCommand.run(["score", "retrieval", "--rerank", golden.path, "--format", "json"])
    #expect(outcome.status == 0)
    let printed = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let twin = golden.deletingPathExtension().appendingPathExtension("json")
    let expected = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: twin)) as? [String: Any])
    let figures = try #require(printed["reranked"] as? [String: Any])
    let wanted = try #require(expected["reranked"] as? [String: Double])
    for (key, value) in wanted { #expect(abs((figures[key] as? Double ?? -1) - value) < 1e-6, "\(key)") }
    #expect(figures["variant"] as? String == "d2" && figures["junk"] as? String == "out")
    let other = try BuiltCommand.run([
      "score", "retrieval", golden.path, "--rerank", "--k1", "10", "--k2", "3", "--lambda", "0.5", "--variant", "d4",
      "--junk", "in",
    ])
    #expect(other.output.contains("Re-ranked: k1 10, k2 3, lambda 0.5, d4, junk in"))
    for bad in [["--k1", "0"], ["--k2", "1001"], ["--lambda", "2"], ["--variant", "d3"], ["--junk", "maybe"]] {
      let refused = try BuiltCommand.run(["score", "retrieval", golden.path, "--rerank"] + bad)
      #expect(refused.status == 2 && refused.output.isEmpty, "\(bad)")
    }
  }

  @Test func attributesAreScored() throws {
    let folder = try TemporaryFolder()
    let scheme = AttributeScheme.market1501
    // Identity 7: the first class of everything; identity 9: the second, and no colours.
    let seven = scheme.attributes.map { _ in [0] }
    let nine = scheme.attributes.map { $0.otherClass == nil ? [1] : [] }
    let labels = folder.url.appendingPathComponent("market_attribute.mat")
    try AttributeTable(scheme: scheme, train: [1: seven], test: [7: seven, 9: nine]).write(to: labels)
    let identities = try folder.write(PlainMatFile.list("testID", [-1, 0, 7, 7, 9, 0]), to: "ids.mat")
    let first = [Double](repeating: 1, count: 12)
    let predictions = try folder.write(
      PlainMatFile.table("gallery", [first, [2] + first.dropFirst(), [Double](repeating: 2, count: 12)]),
      to: "predictions.mat")
    let command = [
      "score", "attributes", "--predictions", predictions.path, "--identities", identities.path, "--labels",
      labels.path,
    ]
    let outcome = try BuiltCommand.run(command + ["--format", "json"])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    func figure(_ name: String, _ attribute: String) -> Double? { (json[name] as? [String: Double])?[attribute] }
    let third = 100.0 / 3
    for (name, attribute, value) in [
      ("accuracy", "gender", 2 * third), ("accuracy", "hat", 100), ("accuracy", "upper_color", 2 * third),
      ("majority", "gender", 2 * third), ("ceiling", "lower_color", 2 * third), ("ceiling", "age", 100),
      ("balanced", "gender", 75), ("balanced", "upper_color", 100),
    ] {
      #expect(abs((figure(name, attribute) ?? -1) - value) < 1e-9, "\(name) \(attribute)")
    }
    #expect(abs((json["mean"] as? Double ?? 0) - (9 * 100 + 3 * 2 * third) / 12) < 1e-9)
    let table = try BuiltCommand.run(command)
    #expect(table.output.contains("upper_color      66.67     66.67    66.67    100.00"), "\(table.output)")
    // Predictions for other images than the list has.
    let short = try folder.write(PlainMatFile.list("testID", [7, 7]), to: "ids.mat")
    let refused = try BuiltCommand.run(command)
    #expect(refused.status == 2 && refused.complaints.contains("predictions for 3 images, but \(short.path) lists 2"))
    _ = try folder.write(PlainMatFile.list("testID", [7, 8, 9]), to: "ids.mat")
    #expect(try BuiltCommand.run(command).complaints.contains("identity 8 is not among the test identities"))
  }

  /// The annotators' own predictions score what the paper prints in Table 4, but for its misprint.
  @Test(.enabled(if: realAttributes != nil, "the real annotation files are absent"))
  func theAnnotatorsFigures() throws {
    let folder = try #require(Self.realAttributes)
    let outcome = try BuiltCommand.run([
      "score", "attributes", "--predictions", folder.appendingPathComponent("gallery_market.mat").path, "--identities",
      folder.appendingPathComponent("market1501/testID.mat").path, "--labels",
      folder.appendingPathComponent("market_attribute.mat").path, "--format", "json",
    ])
    let json = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let accuracy = try #require(json["accuracy"] as? [String: Double])
    let expected = [
      "gender": 86.45, "hair": 83.65, "age": 87.08, "sleeve": 93.66, "lower_length": 93.32, "lower_type": 91.46,
      "hat": 97.13, "backpack": 82.79, "bag": 75.07, "handbag": 89.98, "upper_color": 73.40, "lower_color": 69.91,
    ]
    #expect(accuracy.keys == expected.keys)
    for (name, value) in expected { #expect(abs((accuracy[name] ?? 0) - value) < 0.01, "\(name)") }
    #expect(abs((json["mean"] as? Double ?? 0) - 85.33) < 0.01)
    #expect(json["images"] as? Int == 13_115)
    let ceiling = try #require(json["ceiling"] as? [String: Double])
    #expect(ceiling.filter { $0.value < 100 }.keys.sorted() == ["lower_color", "upper_color"])
  }

  static let realAttributes: URL? = {
    let package = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized
    let named = ProcessInfo.processInfo.environment["AANET_SHARED"].map { URL(fileURLWithPath: $0) }
    return [named, package.deletingLastPathComponent().appendingPathComponent("shared")].compactMap { $0 }
      .map { $0.appendingPathComponent("attributes") }
      .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("gallery_market.mat").path) }
  }()

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
