import Configuration
import Documents
import Support
import YAML

/// Reads a notebook's blocks from its lines: headings, paragraphs, lists, notices, code and cells.
struct NotebookReader {
  /// What may stand after a fence and is shown as it is.
  static let languages = ["text", "sh", "console", "yaml", "json", "swift", "python", "latex"]

  /// The most cells of a notebook: each is read as a text of its own, from the notebook's first line on.
  private static let largestCount = 200

  private let lines: [Substring]
  /// The words after a fence that make a cell.
  private let kinds: [String]
  private let file: String
  private var line: Int
  private var blocks: [NotebookSource.Block] = []
  private var level = 0
  private var cells = 0

  /// - Parameter from: the index of the first line.
  init(lines: [Substring], from line: Int, file: String, kinds: [String]) {
    (self.lines, self.line, self.file, self.kinds) = (lines, line, file, kinds)
  }

  private func error(_ reason: String, column: Int = 1) -> ConfigurationError {
    ConfigurationError(at: SourceLocation(file: file, line: line + 1, column: column), reason)
  }

  mutating func read() throws -> [NotebookSource.Block] {
    while line < lines.count {
      let text = lines[line]
      if text.allSatisfy(\.isWhitespace) {
        line += 1
      } else if text.hasPrefix("```") || text.hasPrefix("~~~") {
        try fence()
      } else if text.hasPrefix("#") {
        try heading()
      } else if text.hasPrefix(">") {
        blocks.append(.notice(try prose { line, _ in line.hasPrefix(">") ? 1 : nil }))
      } else if Self.item(text, isNumbered: false) != nil {
        try list(isNumbered: false)
      } else if Self.item(text, isNumbered: true) != nil {
        try list(isNumbered: true)
      } else {
        blocks.append(.paragraph(try paragraph()))
      }
    }
    return blocks
  }

  /// How many characters stand before an item's text; nil where the line starts none.
  private static func item(_ line: Substring, isNumbered: Bool) -> Int? {
    if !isNumbered { return line.hasPrefix("- ") || line.hasPrefix("* ") ? 2 : nil }
    return line.prefixMatch(of: #/[0-9]{1,4}\. /#).map { line.distance(from: line.startIndex, to: $0.range.upperBound) }
  }

  private static func startsBlock(_ text: Substring) -> Bool {
    text.allSatisfy(\.isWhitespace) || ["```", "~~~", "#", ">"].contains { text.hasPrefix($0) }
      || item(text, isNumbered: false) != nil || item(text, isNumbered: true) != nil
  }

  /// Lines as long as `skip` says how much of each to leave out, as one paragraph.
  private mutating func prose(_ skip: (_ line: Substring, _ isFirst: Bool) -> Int?) throws -> Prose {
    var source = SourceText(file: file)
    let first = line
    while line < lines.count, let width = skip(lines[line], line == first) {
      var text = lines[line].dropFirst(width)
      let spaces = text.prefix { $0 == " " }.count
      text = text.dropFirst(spaces)
      while text.last?.isWhitespace == true { text.removeLast() }
      source.append(text, line: line + 1, column: width + spaces + 1)
      line += 1
    }
    return try Prose(source)
  }

  private mutating func paragraph() throws -> Prose {
    try prose { text, isFirst in isFirst || !Self.startsBlock(text) ? 0 : nil }
  }

  private mutating func heading() throws {
    let text = lines[line]
    let depth = text.prefix { $0 == "#" }.count
    guard depth <= 3, text.dropFirst(depth).first == " " else {
      throw error("a heading is one to three '#', a space and its words; write '\\#' for the sign itself")
    }
    guard depth <= level + 1 else {
      throw error("a heading of level \(depth) needs one of level \(depth - 1) before it")
    }
    level = depth
    var source = SourceText(file: file)
    source.append(text.dropFirst(depth + 1), line: line + 1, column: depth + 2)
    blocks.append(.heading(try Prose(source), level: depth))
    line += 1
  }

  private mutating func list(isNumbered: Bool) throws {
    var items: [Prose] = []
    while line < lines.count, let width = Self.item(lines[line], isNumbered: isNumbered) {
      items.append(
        try prose { text, isFirst in
          isFirst ? width : text.hasPrefix(" ") && !text.allSatisfy(\.isWhitespace) ? 0 : nil
        })
    }
    blocks.append(.list(items, isNumbered: isNumbered))
  }

  private mutating func fence() throws {
    let opening = lines[line]
    let sign = opening.prefix { $0 == opening.first }
    let kind = String(opening.dropFirst(sign.count)).trimmedOfSpaces
    guard kind.isEmpty || Self.languages.contains(kind) || kinds.contains(kind) else {
      throw error(
        Wording.unknown("\(Wording.quoted(kind)) is no kind of cell", kind, among: kinds + Self.languages),
        column: sign.count + 1)
    }
    guard
      let end = lines[(line + 1)...].firstIndex(where: {
        $0.hasPrefix(sign) && $0.dropFirst(sign.count).allSatisfy(\.isWhitespace)
      })
    else { throw error("this fence is not closed by a line \(Wording.quoted(String(sign)))") }
    let body = lines[(line + 1)..<end].joined(separator: "\n")
    if kinds.contains(kind) {
      cells += 1
      guard cells <= Self.largestCount else { throw error("a notebook has at most \(Self.largestCount) cells") }
      // Line feeds in front keep the lines of messages those of the notebook.
      let padded = String(repeating: "\n", count: line + 1) + body + "\n"
      let location = SourceLocation(file: file, line: line + 1, column: sign.count + 1)
      let isEmpty = body.split(separator: "\n").allSatisfy { $0.allSatisfy(\.isWhitespace) || $0.hasPrefix("#") }
      let value = try isEmpty ? YAML.parse("{}", name: file) : YAML.parse(padded, name: file)
      blocks.append(.cell(CellSource(kind: kind, setting: Setting(value), text: body, location: location)))
    } else {
      blocks.append(.code(body))
    }
    line = end + 1
  }
}
