import Foundation
import TestSupport
import Testing

/// `aanet parity` as a person meets it.
@Suite struct ParityCommandTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("ProofsTests/Fixtures/parity")
  private static let good = "part-uncertainty-each"

  /// A folder with a case that agrees, one that does not, one of a method that is not known, and a file that is no case.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let numbers = Array(try Data(contentsOf: Self.fixtures.appendingPathComponent("\(Self.good).safetensors")))
    let text = try String(contentsOf: Self.fixtures.appendingPathComponent("\(Self.good).json"), encoding: .utf8)
    let descriptions = [
      "agrees": text,
      "differs": text.replacing(#""lr_new": 0.02"#, with: #""lr_new": 0.05"#),
      "unknown": text.replacing("{", with: #"{ "method": "other","#, maxReplacements: 1),
    ]
    for (name, description) in descriptions {
      try folder.write(numbers, to: "\(name).safetensors")
      try folder.write(description.replacing(Self.good, with: name), to: "\(name).json")
    }
    try folder.write("passed over", to: "notes.txt")
    return folder
  }

  private func object(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  @Test func aFolderGivesARowForEachCase() throws {
    let folder = try folder()
    let outcome = try BuiltCommand.run(["parity", folder.url.path, "--threads", "1"])
    #expect(outcome.status == 1)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines[0].split(separator: " ") == ["case", "forward", "loss", "gradient", "after_steps", "evaluation"])
    #expect(lines[1].split(separator: " ") == ["at", "most", "1e-04", "1e-04", "1e-03", "5e-03", "5e-03"])
    #expect(lines[2].hasPrefix("agrees") && lines[2].hasSuffix("ok"))
    #expect(lines[3].hasPrefix("differs") && lines[3].hasSuffix("TOO FAR"))
    #expect(lines[4].hasPrefix("unknown") && lines[4].hasSuffix("NOT REPLAYED"))
    #expect(outcome.output.contains("differs: worst is "))
    #expect(outcome.output.contains("the method 'other' is none that is replayed here; known: aanet, "))
    #expect(lines.last == "1 of 3 cases passed")
  }

  @Test func severalAreAListInJSONAndOneFileIsAnObject() throws {
    let folder = try folder()
    let many = try BuiltCommand.run(["parity", folder.url.path, "--format", "json"])
    #expect(many.status == 1)
    let list = try #require(try object(many.output) as? [[String: Any]])
    #expect(list.map { $0["case"] as? String } == ["agrees", "differs", "unknown"])
    #expect(list.map { $0["passed"] as? Bool } == [true, false, false])
    #expect((list[2]["error"] as? String)?.contains("unknown.json:") == true)
    let file = folder.url.appendingPathComponent("agrees.safetensors").path
    let one = try BuiltCommand.run(["parity", file, "--format", "json"])
    #expect(one.status == 0)
    #expect((try object(one.output) as? [String: Any])?["passed"] as? Bool == true)
    let two = try BuiltCommand.run(["parity", file, file])
    #expect(two.status == 0 && two.output.hasSuffix("2 of 2 cases passed\n"))
  }

  @Test func oneThatCannotBeReplayedSaysWhy() throws {
    let folder = try folder()
    let unknown = try BuiltCommand.run(["parity", folder.url.appendingPathComponent("unknown.safetensors").path])
    #expect(unknown.status != 0 && unknown.output.isEmpty)
    #expect(unknown.complaints.contains("unknown.json:1:13: method: the method 'other' is none that is replayed here"))
    let empty = try TemporaryFolder()
    let none = try BuiltCommand.run(["parity", empty.url.path])
    #expect(none.status != 0 && none.complaints.contains("holds no golden case, which is a NAME.safetensors with"))
  }
}
