import Support

/// Reads JSON text value by value, keeping nothing: what a file holds may be larger than what is wanted of it.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var place = 0

  /// How deep values may lie in each other.
  private static let deepest = 64
  /// The longest name, in bytes.
  private static let longest = 1 << 16
  private var depth = 0

  /// What is found where a value is.
  enum Kind {
    case object, array, string, number, word
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }  // some editors' mark of UTF-8
  }

  /// A fault and where it is.
  func fault(_ reason: String, at place: Int? = nil) -> PlainError {
    let before = bytes[..<min(place ?? self.place, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return PlainError("line \(line), byte \(before.count - start + 1): \(reason)")
  }

  /// The kind of the value that comes next.
  mutating func kind() throws(PlainError) -> Kind {
    switch try peek() {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): .word
    default: .number
    }
  }

  /// Reads an object: `member` must read or skip the value of each key.
  mutating func object(
    _ member: (inout JSONReader, _ key: String) throws(PlainError) -> Void
  ) throws(PlainError) {
    try enter(UInt8(ascii: "{"), "an object")
    if try take(UInt8(ascii: "}")) { return depth -= 1 }
    repeat {
      guard try peek() == UInt8(ascii: "\"") else { throw fault("a key in quotes was expected") }
      let key = try string()
      guard try take(UInt8(ascii: ":")) else { throw fault("a colon was expected after the key") }
      try member(&self, key)
    } while try take(UInt8(ascii: ","))
    guard try take(UInt8(ascii: "}")) else { throw fault("a comma or } was expected") }
    depth -= 1
  }

  /// Reads an array: `item` must read or skip each value.
  mutating func array(
    _ item: (inout JSONReader) throws(PlainError) -> Void
  ) throws(PlainError) {
    try enter(UInt8(ascii: "["), "a list")
    if try take(UInt8(ascii: "]")) { return depth -= 1 }
    repeat { try item(&self) } while try take(UInt8(ascii: ","))
    guard try take(UInt8(ascii: "]")) else { throw fault("a comma or ] was expected") }
    depth -= 1
  }

  /// A text of a length that a name may have.
  mutating func string() throws(PlainError) -> String {
    let (inside, hasEscapes) = try text()
    guard inside.count <= Self.longest else {
      throw fault("a text of \(inside.count) bytes, more than the \(Self.longest) of a name", at: inside.lowerBound)
    }
    guard hasEscapes else { return String(decoding: bytes[inside], as: UTF8.self) }
    let end = place
    place = inside.lowerBound
    var text: [UInt8] = []
    while place < inside.upperBound, let byte = next() {
      if byte == UInt8(ascii: "\\") { text += Array(String(try escaped()).utf8) } else { text.append(byte) }
    }
    place = end
    return String(decoding: text, as: UTF8.self)
  }

  /// The place of a text, without its quotes, and whether there is a backslash in it.
  private mutating func text() throws(PlainError) -> (inside: Range<Int>, hasEscapes: Bool) {
    guard try take(UInt8(ascii: "\"")) else { throw fault("a text in quotes was expected") }
    let start = place
    var hasEscapes = false
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""): return (start..<place - 1, hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        _ = next()
      case 0..<0x20: throw fault("a text holds a control character", at: place - 1)
      default: break
      }
    }
    throw fault("the file ends within a text")
  }

  /// A text or a whole number, as a text.
  mutating func identifier() throws(PlainError) -> String {
    switch try kind() {
    case .string: return try string()
    case .number:
      let start = place
      _ = try number()
      return String(decoding: bytes[start..<place], as: UTF8.self)
    default: throw fault("a text or a number was expected")
    }
  }

  /// A finite number.
  mutating func number() throws(PlainError) -> Double {
    _ = try peek()
    let start = place
    let isNegative = accept(UInt8(ascii: "-"))
    var digits: UInt64 = 0
    var count = 0
    var decimals = 0
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    while place < bytes.count, isDigit(bytes[place]) {
      digits = digits &* 10 &+ UInt64(bytes[place] - UInt8(ascii: "0"))
      count += 1
      place += 1
    }
    guard count > 0 else {
      place = start
      let rest = String(decoding: bytes[start..<min(start + 9, bytes.count)], as: UTF8.self)
      if ["NaN", "-NaN", "Inf", "-Inf", "nan", "inf", "-inf"].contains(where: rest.hasPrefix) {
        throw fault("a number is not finite")
      }
      throw fault("a number was expected")
    }
    if accept(UInt8(ascii: ".")) {
      let first = place
      while place < bytes.count, isDigit(bytes[place]) {
        digits = digits &* 10 &+ UInt64(bytes[place] - UInt8(ascii: "0"))
        place += 1
      }
      decimals = place - first
      guard decimals > 0 else { throw fault("a number ends in a point") }
    }
    if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
      _ = accept(UInt8(ascii: "+")) || accept(UInt8(ascii: "-"))
      let first = place
      while place < bytes.count, isDigit(bytes[place]) { place += 1 }
      guard place > first else { throw fault("a number's exponent is missing") }
    } else if count + decimals <= 15 {
      // Both numbers are exact, so that their quotient is the nearest one to what is written.
      let value = Double(digits) / Self.powers[decimals]
      return isNegative ? -value : value
    }
    guard place - start <= 1000, let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      throw fault("a number of \(place - start) digits", at: start)
    }
    guard value.isFinite else { throw fault("a number is not finite", at: start) }
    return value
  }

  private static let powers: [Double] = (0...15).reduce(into: [1.0]) { powers, _ in
    powers.append(powers[powers.count - 1] * 10)
  }

  /// Passes over a value of any kind.
  mutating func skip() throws(PlainError) {
    switch try kind() {
    case .object: try object { (reader, _) throws(PlainError) in try reader.skip() }
    case .array: try array { (reader) throws(PlainError) in try reader.skip() }
    case .string: _ = try text()
    case .number: _ = try number()
    case .word:
      for word in ["true", "false", "null"] where bytes[place...].starts(with: word.utf8) {
        place += word.utf8.count
        return
      }
      throw fault("a value was expected")
    }
  }

  /// Sees to it that nothing follows.
  mutating func end() throws(PlainError) {
    skipBlanks()
    guard place == bytes.count else { throw fault("something follows the end of the value") }
  }

  private mutating func enter(_ opening: UInt8, _ what: String) throws(PlainError) {
    guard try take(opening) else { throw fault("\(what) was expected") }
    depth += 1
    guard depth <= Self.deepest else { throw fault("values lie more than \(Self.deepest) deep in each other") }
  }

  private mutating func skipBlanks() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func peek() throws(PlainError) -> UInt8 {
    skipBlanks()
    guard place < bytes.count else { throw fault("the file ends too early") }
    return bytes[place]
  }

  private mutating func take(_ byte: UInt8) throws(PlainError) -> Bool {
    guard try peek() == byte else { return false }
    place += 1
    return true
  }

  private mutating func accept(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func next() -> UInt8? {
    guard place < bytes.count else { return nil }
    place += 1
    return bytes[place - 1]
  }

  private mutating func escaped() throws(PlainError) -> Character {
    switch next() {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "u"):
      let first = try unit()
      if let scalar = Unicode.Scalar(first) { return Character(scalar) }
      // The second half of a pair follows the first; a half alone stands for nothing.
      guard (0xD800..<0xDC00).contains(first), bytes[place...].starts(with: Array("\\u".utf8)) else {
        return "\u{FFFD}"
      }
      place += 2
      let second = try unit()
      guard (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
      else { return "\u{FFFD}" }
      return Character(scalar)
    case let byte? where [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/")].contains(byte):
      return Character(Unicode.Scalar(byte))
    default: throw fault("a backslash is followed by nothing that it goes with", at: place - 1)
    }
  }

  private mutating func unit() throws(PlainError) -> UInt16 {
    guard place + 4 <= bytes.count,
      let unit = UInt16(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw fault("four hexadecimal digits were expected") }
    place += 4
    return unit
  }
}
