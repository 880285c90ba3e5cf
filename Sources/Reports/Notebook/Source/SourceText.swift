import Configuration
import Support

/// Characters that remember where they were written, so that whatever is made of them can be complained about there.
struct SourceText: Sendable {
  /// A character and its place.
  struct Mark: Sendable {
    var character: Character
    var line: Int
    var column: Int
  }

  /// What messages call the file.
  let file: String
  /// The characters, lines joined by line feeds.
  private(set) var marks: [Mark] = []

  /// Starts empty.
  init(file: String) { self.file = file }

  /// Adds a stretch of a line that starts at a column.
  mutating func append(_ text: Substring, line: Int, column: Int) {
    if !marks.isEmpty { marks.append(Mark(character: "\n", line: line, column: 1)) }
    var column = column
    for character in text {
      marks.append(Mark(character: character, line: line, column: column))
      column += 1
    }
  }

  /// The place of the character at an index; past the end, that of the last one.
  func location(_ index: Int) -> SourceLocation {
    let mark = index < marks.count ? marks[index] : marks.last
    return SourceLocation(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
  }

  /// The text between two indices.
  func text(_ range: Range<Int>) -> String { String(marks[range].map(\.character)) }
}
