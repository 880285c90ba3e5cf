import Foundation
import Support
import TestSupport
import Testing

/// Damaged notebooks: a notebook or an error with a place, and nothing else.
struct MutatedNotebookTests {
  private static let words = [
    "```", "~~~", "```table\n", "{{", "}}", "{{see ", "{{typed ", "](", "[", "**", "*", "_", "`", "\\", "# ", "> ",
    "- ",
    "1. ", "---\n", "\r\n", "\u{2028}", "\u{301}", "45.46", " %", "<script>", "javascript:", "name: a\n", "of: ", "\"",
  ]

  @Test func damagedSourcesAreErrorsOrNotebooks() throws {
    let body = Array(Fabricated.everything.utf8)
    for bytes in Mutations(of: body, words: Self.words, count: 1500, name: "notebook") {
      do { _ = try Fabricated.notebook(String(decoding: bytes, as: UTF8.self)) } catch let error as ConfigurationError {
        #expect(error.description.contains("made.md:"), "\(error)")
      } catch { Issue.record("\(error)") }
    }
  }
}
