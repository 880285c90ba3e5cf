import Configuration
import Support

extension YAML {
  /// Reads a value that was typed on a command line: one value, whole.
  ///
  /// What starts with `[` or `{` is a list or a mapping in YAML's flow form, and nothing may follow its end. Anything else
  /// is one scalar: no sign in it is a comment, a quote or any other mark of YAML. A number, `true`, `false`, `null` and
  /// `~` are what they are in a file, with or without blanks around them; every other text is the text itself, blanks at
  /// its ends included.
  ///
  /// - Throws: ``ConfigurationError`` where a list or a mapping is no YAML within `limits`.
  package static func parse(
    typed text: String, source: SourceLocation.Source, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    let location = SourceLocation(source: source, line: 1, column: 1)
    let bare = text.drop(while: \.isWhitespace)
    guard bare.first == "[" || bare.first == "{" else {
      guard text.utf8.count <= limits.scalarBytes else {
        throw ConfigurationError(at: location, tooLarge(text.utf8.count, limits.scalarBytes))
      }
      let word = String(bare.reversed().drop(while: \.isWhitespace).reversed())
      let plain = YAMLScalar(word, isPlain: true)
      let isWord = plain.isNull || ["true", "false"].contains(word) || Setting.isNumber(word)
      return YAMLValue(.scalar(isWord ? plain : YAMLScalar(text, isPlain: false)), at: location)
    }
    let what = bare.first == "[" ? "list" : "mapping"
    var builder = YAMLTreeBuilder(events: YAMLEvents(Array(text.utf8), source: source), limits: limits)
    let value: YAMLValue
    do { value = try builder.document() } catch {
      throw ConfigurationError(
        at: error.location, "\(error.reason) (a value that starts with '\(bare.prefix(1))' is read as a \(what))")
    }
    let rest = text.unicodeScalars.dropFirst(builder.end).drop { $0.properties.isWhitespace }
    guard rest.isEmpty else {
      throw ConfigurationError(
        at: location, "the \(what) has an end before \(Wording.quoted(String(rest))); nothing may follow it")
    }
    return value
  }
}
