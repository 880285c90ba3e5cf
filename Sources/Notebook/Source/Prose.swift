import Documents
import Support

/// A line of a notebook's prose, before its values are known.
struct Prose: Sendable {
  enum Piece: Hashable, Sendable {
    /// Something that needs no record: words, code, emphasis, links.
    case set(Typeset.Piece)
    /// `{{table3.Lg.mAP}}`, split at its dots.
    case value([String], SourceLocation)
    /// `{{see table3}}`: the number of a table, a figure or a listing of the notebook.
    case reference(String, SourceLocation)
  }

  var pieces: [Piece] = []

  /// Reads the notebook's Markdown: `*emphasis*`, `**strong**`, `` `code` ``, `[words](target)`, a backslash before a
  /// sign, and `{{…}}`. Everything else is text.
  ///
  /// - Throws: a `ConfigurationError` at the sign that does not fit, and at a number that looks like a result.
  init(_ source: SourceText) throws(ConfigurationError) {
    var reader = ProseReader(source)
    pieces = try reader.read()
    try HandTypedNumber.refuse(in: reader.visible, source)
  }

  /// The prose with its values looked up.
  func set(
    value: ([String], SourceLocation) throws -> Typeset.Piece,
    reference: (String, SourceLocation) throws -> Typeset.Piece
  ) rethrows -> Typeset {
    Typeset(
      try pieces.map { piece in
        switch piece {
        case .set(let piece): piece
        case .value(let path, let place): try value(path, place)
        case .reference(let name, let place): try reference(name, place)
        }
      })
  }
}

/// The words of `{{table3."Lg+Lp+La uncertainty".mAP}}`, between dots; a word with dots or quotes stands in quotes, where a
/// backslash stands before a quote.
enum ValuePath {
  /// Splits a path.
  ///
  /// - Throws: a `ConfigurationError` where a word is empty or a quote is not closed.
  static func parse(_ text: String, at location: SourceLocation) throws(ConfigurationError) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var wasQuoted = false
    var isEscaped = false
    for character in text {
      if isEscaped {
        word.append(character)
        isEscaped = false
      } else if isQuoted {
        if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isQuoted = false
        } else {
          word.append(character)
        }
      } else if character == "\"", word.trimmedOfSpaces.isEmpty, !wasQuoted {
        (isQuoted, wasQuoted, word) = (true, true, "")
      } else if character == "." {
        words.append(wasQuoted ? word : word.trimmedOfSpaces)
        (word, wasQuoted) = ("", false)
      } else if !(wasQuoted && character == " ") {
        word.append(character)
      }
    }
    words.append(wasQuoted ? word : word.trimmedOfSpaces)
    guard !isQuoted, words.count >= 2, !words.contains("") else {
      throw ConfigurationError(
        at: location,
        "\(Wording.quoted("{{" + text + "}}")) is no value: write {{table.row.figure}}, such as {{table3.Lg.mAP}}, {{typed 0.1}} or {{see table3}}"
      )
    }
    return words
  }
}

/// Characters that remember where they were written, so that whatever is made of them can be complained about there.
struct SourceText: Sendable {
  struct Mark: Sendable {
    var character: Character
    var line: Int
    var column: Int
  }

  let file: String
  /// The characters, lines joined by line feeds.
  private(set) var marks: [Mark] = []

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

  func text(_ range: Range<Int>) -> String { String(marks[range].map(\.character)) }
}
