import Support

/// A value on its way into a typed struct: the value, and the dotted path by which messages name it.
package struct Setting: Sendable, Hashable {
  package let value: YAMLValue
  /// The dotted path, `tasks.part.binning`; empty at the top.
  package let path: String

  package init(_ value: YAMLValue, path: String = "") {
    self.value = value
    self.path = path
  }

  package var location: SourceLocation? { value.location }

  package func error(_ reason: String) -> ConfigurationError { ConfigurationError(at: location, path: path, reason) }

  /// An error on a setting that is not what it must be: `expected a whole number, found the text 'six'`.
  package func mismatch(_ expected: String) -> ConfigurationError {
    error("expected \(expected), found \(value.kindInWords)")
  }

  /// Whether nothing stands here: an empty value, `~` or `null`.
  package var isNull: Bool { value.scalar?.isNull ?? false }

  /// Whether one plain word stands here, such as `none` or `uncertainty`.
  package func isWord(_ word: String) -> Bool { value.scalar?.text == word }

  // MARK: Scalars

  /// The text of a scalar, at most `maximum` characters and not empty; a plain number is a text too.
  package func string(maximum: Int = 1000) throws(ConfigurationError) -> String {
    guard let scalar = value.scalar, !isNull else { throw mismatch("a text") }
    guard !scalar.text.isEmpty else { throw error("expected a text, found an empty one") }
    guard scalar.text.count <= maximum else {
      throw error("a text of \(scalar.text.count) characters; at most \(maximum) are allowed")
    }
    return scalar.text
  }

  package func int(in range: ClosedRange<Int> = .min ... .max) throws(ConfigurationError) -> Int {
    guard let scalar = value.scalar, scalar.isPlain, Self.isNumber(scalar.text), let number = Int(scalar.text) else {
      throw mismatch("a whole number")
    }
    guard range.contains(number) else { throw error(Self.outside(range, "\(number)")) }
    return number
  }

  /// A finite number within a range.
  package func double(
    in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
  ) throws(ConfigurationError) -> Double {
    guard let scalar = value.scalar, scalar.isPlain, Self.isNumber(scalar.text), let number = Double(scalar.text) else {
      throw mismatch("a number")
    }
    guard range.contains(number) else {
      throw error(
        "\(Wording.printable(scalar.text, limit: 60)) is out of range; from \(YAML.inline(.double(range.lowerBound))) "
          + "to \(YAML.inline(.double(range.upperBound)))")
    }
    return number
  }

  /// `true` or `false`; YAML's other spellings (`yes`, `on`) are refused, for they are easily meant as a text.
  package func bool() throws(ConfigurationError) -> Bool {
    switch value.scalar {
    case YAMLScalar("true", isPlain: true): return true
    case YAMLScalar("false", isPlain: true): return false
    default: throw mismatch("true or false")
    }
  }

  package func choice<Word: RawRepresentable & CaseIterable>(
    of type: Word.Type = Word.self
  ) throws(ConfigurationError) -> Word where Word.RawValue == String {
    let words = type.allCases.map(\.rawValue)
    guard let text = value.scalar?.text, !isNull else { throw mismatch("one of \(Wording.list(words))") }
    guard let word = Word(rawValue: text) else {
      throw error(Wording.unknown("\(Wording.quoted(text)) is not known here", text, among: words))
    }
    return word
  }

  // MARK: Collections

  /// The values of a sequence of a stated length, each with its own path: `seeds[0]`.
  package func items(count: ClosedRange<Int> = 0 ... .max) throws(ConfigurationError) -> [Setting] {
    guard let items = value.items else { throw mismatch("a list") }
    guard count.contains(items.count) else {
      let wanted =
        switch (count.lowerBound, count.upperBound) {
        case (let least, .max): "at least \(Wording.count(least, "value"))"
        case (let least, let most) where least == most: Wording.count(least, "value")
        case (let least, let most): "\(least) to \(Wording.count(most, "value"))"
        }
      throw error("expected \(wanted), found \(items.count)")
    }
    return items.enumerated().map { Setting($1, path: "\(path)[\($0)]") }
  }

  /// The entries of a mapping whose keys are free, each with its own path.
  package func entries() throws(ConfigurationError) -> [(key: String, setting: Setting)] {
    guard let entries = value.entries else { throw mismatch("a mapping (key: value)") }
    return entries.map { ($0.key, Setting($0.value, path: path(of: $0.key))) }
  }

  /// The entries of a mapping whose keys are known; another key is an error with the nearest known one.
  package func keys(_ known: String...) throws(ConfigurationError) -> KnownKeys {
    try KnownKeys(self, known: known)
  }

  /// The path of what stands under a key.
  package func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  // MARK: Numbers as text

  /// Decimal digits with an optional sign, point and exponent. Swift's own parsers also take `nan`, `inf` and
  /// hexadecimal digits, which are no settings.
  ///
  /// By hand, for every number of every plan passes here: a regular expression took a fifth of a report's time.
  package static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }
    func digits() -> Int {
      let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
      rest = rest.dropFirst(count)
      return count
    }
    if let first = rest.first, isSign(first) { rest = rest.dropFirst() }
    var count = digits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      count += digits()
    }
    guard count > 0 else { return false }
    guard let mark = rest.first else { return true }
    guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    if let first = rest.first, isSign(first) { rest = rest.dropFirst() }
    return digits() > 0 && rest.isEmpty
  }

  private static func outside(_ range: ClosedRange<Int>, _ number: String) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (let least, .max): "\(number) is out of range; at least \(least)"
    case (.min, let most): "\(number) is out of range; at most \(most)"
    case (let least, let most): "\(number) is out of range; from \(least) to \(most)"
    }
  }
}

extension YAMLValue {
  /// What the value is, for a message: `the text 'six'`, `a list of 3 values`.
  var kindInWords: String {
    switch content {
    case .scalar(let scalar):
      if scalar.isNull { return "nothing" }
      return scalar.isPlain && Setting.isNumber(scalar.text)
        ? "the number \(Wording.printable(scalar.text, limit: 60))" : "the text \(Wording.quoted(scalar.text))"
    case .sequence(let items): return "a list of \(Wording.count(items.count, "value"))"
    case .mapping(let entries): return entries.isEmpty ? "an empty mapping" : "a mapping"
    }
  }
}

/// A mapping whose keys have been checked against the known ones.
package struct KnownKeys: Sendable {
  package let setting: Setting
  private let known: [String]

  /// Checks a mapping's keys.
  ///
  /// - Throws: ``ConfigurationError`` where it is no mapping, or at the first key that is not known, with the nearest
  ///   known one.
  package init(_ setting: Setting, known: [String]) throws(ConfigurationError) {
    guard let entries = setting.value.entries else { throw setting.mismatch("a mapping (key: value)") }
    for entry in entries where !known.contains(entry.key) {
      throw ConfigurationError(
        at: entry.keyLocation ?? setting.location, path: setting.path(of: entry.key),
        Wording.unknown("unknown key", entry.key, among: known))
    }
    self.setting = setting
    self.known = known
  }

  /// What stands under a key, if it is there.
  package subscript(key: String) -> Setting? {
    setting.value[key: key].map { Setting($0, path: setting.path(of: key)) }
  }

  /// What stands under a key that must be there.
  ///
  /// - Throws: ``ConfigurationError`` at the mapping where the key is absent.
  package func required(_ key: String) throws(ConfigurationError) -> Setting {
    guard let found = self[key] else {
      throw ConfigurationError(at: setting.location, path: setting.path(of: key), "is missing and has no default")
    }
    return found
  }
}
