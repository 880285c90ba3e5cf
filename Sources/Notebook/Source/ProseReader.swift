import Documents
import Support

/// Reads a notebook's inline Markdown from left to right.
struct ProseReader {
  private let source: SourceText
  private var place = 0
  private var pieces: [Prose.Piece] = []
  private var plain = ""
  private var plainKind: Character?
  /// What a reader will see as typed words, each character with its index; code and values stand as `￼`.
  private(set) var visible: [(character: Character, index: Int)] = []

  /// Stands for what was not typed as prose.
  static let object: Character = "\u{FFFC}"

  init(_ source: SourceText) { self.source = source }

  private func at(_ index: Int) -> Character? { index < source.marks.count ? source.marks[index].character : nil }
  private func starts(_ text: String, at index: Int) -> Bool {
    text.enumerated().allSatisfy { at(index + $0.offset) == $0.element }
  }
  /// Where signs were searched from and found last.
  private var searches: [String: (from: Int, found: Int?)] = [:]

  /// Where some signs stand next. A search that starts between the start and the end of the last one for the same signs
  /// ends where that did and is not made again, so that a thousand unclosed brackets are not a thousand searches to the
  /// text's end.
  private mutating func find(_ text: String, from index: Int) -> Int? {
    if let last = searches[text], last.from <= index, last.found.map({ index <= $0 }) ?? true { return last.found }
    let found = (index..<max(index, source.marks.count)).first { starts(text, at: $0) }
    searches[text] = (index, found)
    return found
  }

  mutating func read() throws(ConfigurationError) -> [Prose.Piece] {
    while place < source.marks.count { try step() }
    flush()
    return pieces
  }

  private mutating func step() throws(ConfigurationError) {
    guard let character = at(place) else { return }
    switch character {
    case "\\" where at(place + 1).map { $0.isASCII && ($0.isPunctuation || $0.isSymbol) } == true:
      type(place + 1)
      place += 2
    case "`": try code()
    case "{" where starts("{{", at: place): try braces()
    case "[": try link()
    case "*", "_": mark(character)
    default:
      type(place)
      place += 1
    }
  }

  private mutating func type(_ index: Int) {
    guard let character = at(index) else { return }
    plain.append(character)
    visible.append((character, index))
  }

  private mutating func flush() {
    guard !plain.isEmpty else { return }
    let piece: Typeset.Piece =
      switch plainKind {
      case "*": .strong(plain)
      case "_": .emphasis(plain)
      default: .text(plain)
      }
    pieces.append(.set(piece))
    plain = ""
  }

  private mutating func add(_ piece: Prose.Piece) {
    flush()
    pieces.append(piece)
    visible.append((Self.object, place))
  }

  /// Where the last run of so many backticks starts, by their number.
  private lazy var lastFences: [Int: Int] = {
    var last: [Int: Int] = [:]
    var index = 0
    while index < source.marks.count {
      let end = endOfFence(from: index)
      if end > index { last[end - index] = index }
      index = max(end, index + 1)
    }
    return last
  }()

  private func endOfFence(from index: Int) -> Int {
    source.marks[index...].firstIndex { $0.character != "`" } ?? source.marks.count
  }

  /// The run of just so many backticks that follows.
  private mutating func fence(_ width: Int, from index: Int) -> Int? {
    guard let last = lastFences[width], last >= index else { return nil }
    var index = index
    while index < source.marks.count {
      let end = endOfFence(from: index)
      if end - index == width { return index }
      index = max(end, index + 1)
    }
    return nil
  }

  /// A span between equal runs of backticks. What is nothing but a number is no code.
  private mutating func code() throws(ConfigurationError) {
    let width = endOfFence(from: place) - place
    guard let close = fence(width, from: place + width) else {
      for offset in 0..<width { type(place + offset) }
      place += width
      return
    }
    let inner = place + width..<close
    var text = source.text(inner)
    if text.first == " ", text.last == " ", text.contains(where: { $0 != " " }) {
      text = String(text.dropFirst().dropLast())
    }
    let isNumber =
      text.contains(where: \.isNumber) && !text.contains { $0.isLetter || $0 == "=" || $0 == ":" || $0 == "/" }
    add(.set(.code(text)))
    if isNumber { for index in inner { visible.append((source.marks[index].character, index)) } }
    place = close + width
  }

  /// `{{table3.Lg.mAP}}`, `{{typed 0.1}}` or `{{see table3}}`.
  private mutating func braces() throws(ConfigurationError) {
    let start = place
    guard let close = find("}}", from: place + 2) else {
      throw ConfigurationError(
        at: source.location(start), "'{{' is not closed by '}}'; write '\\{{' for the signs themselves")
    }
    let text = source.text(start + 2..<close).trimmedOfSpaces
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    let location = source.location(start)
    if words.count == 2, words[0] == "typed" {
      add(.set(.text(words[1])))
    } else if words.count == 2, words[0] == "see" {
      add(.reference(words[1].trimmedOfSpaces, location))
    } else {
      add(.value(try ValuePath.parse(text, at: location), location))
    }
    place = close + 2
  }

  private mutating func link() throws(ConfigurationError) {
    guard let middle = find("](", from: place + 1), let close = find(")", from: middle + 2),
      find("\n", from: place).map({ $0 > close }) ?? true
    else {
      type(place)
      place += 1
      return
    }
    let target = source.text(middle + 2..<close)
    guard Self.isAllowed(target) else {
      throw ConfigurationError(
        at: source.location(middle + 2),
        "\(Wording.quoted(target)) is no target for a link: https:, http:, mailto: or a file beside the report; {{see NAME}} leads to a cell"
      )
    }
    let (text, typed) = Self.typed(in: source, place + 1..<middle)
    visible += typed
    add(.set(.link(text, file: target)))
    place = close + 1
  }

  /// A stretch in which nothing but `{{typed 0.1}}` means something, such as a link's words or a title: what is set, and
  /// what was typed as words, each character with its index.
  static func typed(
    in source: SourceText, _ range: Range<Int>
  ) -> (text: String, visible: [(character: Character, index: Int)]) {
    var (text, place) = ("", range.lowerBound)
    var visible: [(character: Character, index: Int)] = []
    let whole = source.text(range)
    for match in whole.matches(of: /\{\{ *typed +([^{}]{1,200})\}\}/) {
      let start = range.lowerBound + whole.distance(from: whole.startIndex, to: match.range.lowerBound)
      for index in place..<start { visible.append((source.marks[index].character, index)) }
      visible.append((object, start))
      text += source.text(place..<start) + String(match.1).trimmedOfSpaces
      place = start + whole.distance(from: match.range.lowerBound, to: match.range.upperBound)
    }
    for index in place..<range.upperBound { visible.append((source.marks[index].character, index)) }
    return (text + source.text(place..<range.upperBound), visible)
  }

  /// Targets that lead somewhere and run nothing.
  static func isAllowed(_ target: String) -> Bool {
    guard !target.isEmpty, !target.hasPrefix("#"), target.onOneLine == target,
      !target.unicodeScalars.contains(where: { $0 == " " || $0 == "\"" })
    else {
      return false
    }
    // By scalars, as a browser reads an address: a colon with an accent on it still ends a scheme.
    let scalars = target.unicodeScalars
    let scheme = scalars.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
    guard scheme.endIndex < scalars.endIndex, scalars[scheme.endIndex] == ":" else {
      return !scalars.starts(with: "//".unicodeScalars)
    }
    return ["https", "http", "mailto"].contains(String(scheme).lowercased())
  }

  /// `*`, `**` or `_`: opens where something is set before the same sign again, closes what it opened, else stands for itself.
  private mutating func mark(_ sign: Character) {
    let isDouble = sign == "*" && at(place + 1) == "*"
    let length = isDouble ? 2 : 1
    let kind: Character = isDouble ? "*" : "_"
    let before = place > 0 ? at(place - 1) : nil
    let after = at(place + length)
    if plainKind == kind, before?.isWhitespace == false, sign == "*" || after?.isLetter != true {
      flush()
      plainKind = nil
    } else if plainKind == nil, after?.isWhitespace == false, sign == "*" || before?.isLetter != true,
      let close = find(isDouble ? "**" : String(sign), from: place + length + 1), at(close - 1)?.isWhitespace == false
    {
      flush()
      plainKind = kind
    } else {
      for offset in 0..<length { type(place + offset) }
    }
    place += length
  }
}

extension String {
  /// The text without spaces at its ends.
  var trimmedOfSpaces: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
