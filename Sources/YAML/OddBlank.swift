import Support
/// Blanks that look like spaces to a person and are letters to YAML: the no-break space that web pages, word processors
/// and some keyboards put in a space's place.
enum OddBlank {
  /// Whether a scalar is one.
  static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{200B}", "\u{2060}", "\u{FEFF}": true
    default: scalar.properties.generalCategory == .spaceSeparator && scalar != " "
    }
  }

  /// What is said of one that stands where a space is meant.
  static func complaint(about scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    guard scalar.properties.generalCategory == .spaceSeparator else {
      return "the invisible character \(code) is a letter to YAML; remove it, or put the text in quotes"
    }
    let name = scalar == "\u{A0}" ? "a no-break space (\(code))" : "the blank \(code)"
    return "\(name) is a letter to YAML; type a plain space in its place, or put the text in quotes"
  }

  /// An odd blank in a plain scalar where a space is meant, and how many characters stand before it: at either end, or
  /// behind a hyphen or a first word with a colon, which are then no marks of a list or a key. Nil where there is none.
  static func misplaced(in text: String) -> (scalar: Unicode.Scalar, offset: Int)? {
    // Nearly every text is plain ASCII.
    guard text.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
    let scalars = text.unicodeScalars
    if let first = scalars.first, isOdd(first) { return (first, 0) }
    if let match = text.prefixMatch(of: /-|[A-Za-z0-9_.-]+:/), match.range.upperBound < text.endIndex,
      isOdd(scalars[match.range.upperBound])
    {
      return (scalars[match.range.upperBound], match.output.unicodeScalars.count)
    }
    if let last = scalars.last, isOdd(last) { return (last, scalars.count - 1) }
    return nil
  }

  /// The last odd blank up to a line of a text that is no YAML, where a space is meant: before a line's first word, or
  /// behind a colon or a list's hyphen.
  static func last(
    in bytes: [UInt8], upTo location: SourceLocation
  ) -> (scalar: Unicode.Scalar, line: Int, column: Int)? {
    var found: (scalar: Unicode.Scalar, line: Int, column: Int)?
    var (line, column) = (1, 0)
    var (isStart, isExpected) = (true, true)
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      column += 1
      if isExpected, isOdd(scalar) { found = (scalar, line, column) }
      if scalar == "\n" {
        guard line < location.line else { break }
        (line, column, isStart, isExpected) = (line + 1, 0, true, true)
      } else if scalar != " " {
        isExpected = scalar == ":" || (scalar == "-" && isStart)
        isStart = false
      }
    }
    return found
  }
}
