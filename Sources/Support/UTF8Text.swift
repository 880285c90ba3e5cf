/// Text as people save it: UTF-8, with or without a byte order mark in front.
package enum UTF8Text {
  /// A text without the mark.
  ///
  /// - Parameter source: what messages call it.
  /// - Throws: ``ConfigurationError`` at the first byte that is no UTF-8, or with the name of the encoding that it is.
  package static func string(
    of bytes: some Collection<UInt8>, in source: SourceLocation.Source
  ) throws(ConfigurationError) -> String {
    String(decoding: try Self.bytes(of: Array(bytes), in: source), as: UTF8.self)
  }

  /// The bytes behind the mark, which are well-formed UTF-8.
  package static func bytes(
    of bytes: [UInt8], in source: SourceLocation.Source
  ) throws(ConfigurationError) -> [UInt8] {
    if let other = otherEncoding(of: bytes) {
      throw ConfigurationError(
        at: SourceLocation(source: source, line: 1, column: 1), "the text is \(other); save the file as UTF-8")
    }
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    if let place = firstInvalidByte(of: text, in: source) {
      throw ConfigurationError(at: place, "the text is not UTF-8 from here on; save the file as UTF-8")
    }
    return text
  }

  /// UTF-16 or UTF-32 where a text is that: by its mark, or by the zero bytes among those of its first letters.
  private static func otherEncoding(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard bytes.count >= 4 else { return nil }
    switch bytes.prefix(4).map({ $0 == 0 }) {
    case [false, true, true, true], [true, true, true, false]: return "UTF-32"
    case [false, true, false, true], [true, false, true, false]: return "UTF-16"
    default: return nil
    }
  }

  /// The place of the first byte that does not belong to a well-formed UTF-8 sequence.
  private static func firstInvalidByte(of bytes: [UInt8], in source: SourceLocation.Source) -> SourceLocation? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var line = 1
    var column = 1
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue("\n"): (line, column) = (line + 1, 1)
      case .scalarValue: column += 1
      case .emptyInput: return nil
      case .error: return SourceLocation(source: source, line: line, column: column)
      }
    }
  }
}
