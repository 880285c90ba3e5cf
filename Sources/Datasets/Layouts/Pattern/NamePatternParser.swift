struct NamePatternParser {
  private let characters: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private(set) var groups: [String] = []

  private typealias Characters = NamePatternStep.CharacterSet
  private static let maximumDepth = 30
  private static let maximumCount = 255

  init(_ text: String) throws(NamePattern.Fault) {
    characters = Array(text.unicodeScalars.prefix(NamePattern.maximumLength + 1))
    guard characters.count <= NamePattern.maximumLength else {
      throw NamePattern.Fault(
        character: characters.count, reason: "the pattern is longer than \(NamePattern.maximumLength) characters")
    }
  }

  mutating func parse() throws(NamePattern.Fault) -> NamePatternTree {
    // Names are matched as a whole in any case, so these two say nothing new.
    _ = take("^")
    let tree = try alternatives()
    if let stray = peek { throw fault("\(Self.shown(stray)) closes nothing; write \\\(stray) for the character") }
    return tree
  }

  // MARK: Parts

  private mutating func alternatives() throws(NamePattern.Fault) -> NamePatternTree {
    var parts = [try sequence()]
    while take("|") { parts.append(try sequence()) }
    var tree = parts.removeLast()
    while let before = parts.popLast() { tree = .either(before, tree) }
    return tree
  }

  private mutating func sequence() throws(NamePattern.Fault) -> NamePatternTree {
    var parts: [NamePatternTree] = []
    while let next = peek, next != "|", next != ")" {
      if next == "$", place == characters.count - 1 {
        place += 1
        break
      }
      parts.append(try repeated(try atom()))
    }
    return .sequence(parts)
  }

  private mutating func atom() throws(NamePattern.Fault) -> NamePatternTree {
    guard let next = peek else { throw fault("the pattern ends too early") }
    switch next {
    case "(": return try group()
    case "[": return .read(try set())
    case ".":
      place += 1
      return .read(.any)
    case "\\": return .read(try escaped())
    case "*", "+", "?", "{": throw fault("\(Self.shown(next)) has nothing before it to repeat")
    case "^", "$":
      throw fault(
        "names are matched as a whole, so \(Self.shown(next)) stands at the ends only; write \\\(next) for it")
    default:
      place += 1
      return .read(Characters(next))
    }
  }

  private mutating func group() throws(NamePattern.Fault) -> NamePatternTree {
    let start = place
    place += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) groups within each other") }
    var number: Int?
    if take("?") {
      if !take(":") {
        _ = take("P")
        guard take("<") else {
          throw fault("after '(?' stands ':', '<name>' or 'P<name>'; what looks ahead or back is not known here")
        }
        number = groups.count
        groups.append(try groupName())
      }
    }
    let inner = try alternatives()
    guard take(")") else { throw fault("the group is not closed", at: start) }
    return number.map { .group($0, inner) } ?? inner
  }

  private mutating func groupName() throws(NamePattern.Fault) -> String {
    let start = place
    var name = ""
    while let next = peek, next != ">" {
      let isFirst = name.isEmpty
      guard Characters.wordCharacters.contains(next), !(isFirst && Characters.digits.contains(next)) else {
        throw fault("\(Self.shown(next)) cannot stand in a group's name")
      }
      name.unicodeScalars.append(next)
      place += 1
    }
    guard take(">"), !name.isEmpty else { throw fault("a group's name stands in '<' and '>'", at: start) }
    guard !groups.contains(name) else { throw fault("there are two groups '\(name)'", at: start) }
    return name
  }

  private mutating func repeated(_ atom: NamePatternTree) throws(NamePattern.Fault) -> NamePatternTree {
    let start = place
    let (least, most): (Int, Int?)
    switch peek {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      place += 1
      least = try count()
      most = take(",") ? (peek == "}" ? nil : try count()) : least
      guard peek == "}" else { throw fault("expected '}'") }
      if let most, most < least { throw fault("the second number is smaller than the first", at: start) }
    default: return atom
    }
    place += 1
    let isGreedy = !take("?")
    if let next = peek, ["*", "+", "?", "{"].contains(next) {
      throw fault("\(Self.shown(next)) follows another repetition; put the first in ( )")
    }
    return .repetition(atom, least: least, most: most, isGreedy: isGreedy)
  }

  private mutating func count() throws(NamePattern.Fault) -> Int {
    let start = place
    var number: Int?
    while let next = peek, Characters.digits.contains(next) {
      number = min((number ?? 0) * 10 + Int(next.value - 0x30), Self.maximumCount + 1)
      place += 1
    }
    guard let number else { throw fault("expected a number; write \\{ for the character '{'", at: start) }
    guard number <= Self.maximumCount else { throw fault("repeats more than \(Self.maximumCount) times", at: start) }
    return number
  }

  // MARK: Characters

  private mutating func set() throws(NamePattern.Fault) -> Characters {
    let start = place
    place += 1
    var result = Characters()
    result.isInverted = take("^")
    var isFirst = true
    while let next = peek, next != "]" || isFirst {
      isFirst = false
      let from = place
      let low = try member()
      guard peek == "-", place + 1 < characters.count, characters[place + 1] != "]" else {
        result.ranges += low.ranges
        continue
      }
      place += 1
      let high = try member()
      guard let first = low.single, let last = high.single, first <= last else {
        throw fault("this is no range of characters", at: from)
      }
      result.ranges.append(first...last)
    }
    guard take("]") else { throw fault("the set is not closed", at: start) }
    return result
  }

  private mutating func member() throws(NamePattern.Fault) -> Characters {
    guard let next = peek else { throw fault("the set is not closed") }
    if next == "\\" { return try escaped() }
    place += 1
    return Characters(next)
  }

  private mutating func escaped() throws(NamePattern.Fault) -> Characters {
    place += 1
    guard let next = peek else { throw fault("the pattern ends after a '\\'", at: place - 1) }
    if !Characters.wordCharacters.contains(next) {
      place += 1
      return Characters(next)
    }
    switch next {
    case "d", "w":
      place += 1
      return next == "d" ? .digits : .wordCharacters
    default: throw fault("'\\\(next)' is not known here; there are \\d and \\w, and \\ before a punctuation mark")
    }
  }

  // MARK: Reading

  private var peek: Unicode.Scalar? { place < characters.count ? characters[place] : nil }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    guard peek == wanted else { return false }
    place += 1
    return true
  }

  private func fault(_ reason: String, at place: Int? = nil) -> NamePattern.Fault {
    NamePattern.Fault(character: (place ?? self.place) + 1, reason: reason)
  }

  private static func shown(_ character: Unicode.Scalar) -> String { String(Character(character)).quoted }
}

extension NamePatternStep.CharacterSet {
  /// The number of the only character; nil where there are several.
  fileprivate var single: UInt32? {
    guard ranges.count == 1, let only = ranges.first, only.count == 1, !isInverted else { return nil }
    return only.lowerBound
  }
}
