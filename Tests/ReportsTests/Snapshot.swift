import Foundation
import Support
import Testing

/// Compares a text with the one in `Fixtures`. A missing one is recorded there, then the test fails: look at it, and
/// run the test again.
func expectSnapshot(_ text: String, _ name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)")
  guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    Issue.record("\(name) was not there and is recorded now: look at it", sourceLocation: sourceLocation)
    return
  }
  let pairs = zip(
    text.split(separator: "\n", omittingEmptySubsequences: false),
    expected.split(separator: "\n", omittingEmptySubsequences: false))
  if let (found, wanted) = pairs.first(where: { $0 != $1 }) {
    #expect(found == wanted, "\(name)", sourceLocation: sourceLocation)
  }
  #expect(text == expected, "\(name)", sourceLocation: sourceLocation)
}
