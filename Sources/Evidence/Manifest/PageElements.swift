import Documents

/// The two things that verifying needs of a page's HTML: the manifest's text and the figures that name their runs.
///
/// It reads bytes from front to back once and keeps nothing of the page's structure: whatever a page is, reading it takes
/// time in proportion to its length.
struct PageElements {
  /// A figure as it stands in the page, its entities undone.
  struct Figure: Hashable {
    /// What a reader sees.
    var text: String
    /// The runs that it is the mean over.
    var runs: [String]
    /// Its name in `metrics.json`.
    var metric: String
    /// The value that it claims, as text.
    var value: String
    /// The line of the page, counted from 1.
    var line: Int
  }

  /// What the elements with `id="manifest"` hold; a sound page has one.
  var manifests: [String] = []
  /// Whether a manifest's element is never closed.
  var isCut = false
  /// The figures, in order.
  var figures: [Figure] = []
  /// Whether the bytes look like a page: an `<html` or `<!doctype html` was there.
  var isPage = false

  private let bytes: [UInt8]
  private var place = 0
  private var line = 1

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      guard bytes[place] == UInt8(ascii: "<") else {
        place += 1
        continue
      }
      if starts(with: "<!--") { skip(behind: "-->") } else { readTag() }
    }
  }

  private func starts(with word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count - place >= word.count else { return false }
    return word.indices.allSatisfy { bytes[place + $0] | (Self.isCapital(bytes[place + $0]) ? 32 : 0) == word[$0] }
  }

  private static func isCapital(_ byte: UInt8) -> Bool { (65...90).contains(byte) }

  private mutating func step() {
    if bytes[place] == UInt8(ascii: "\n") { line += 1 }
    place += 1
  }

  /// Goes on behind a word, or to the end.
  @discardableResult
  private mutating func skip(behind word: String) -> Bool {
    while place < bytes.count {
      if bytes[place] == word.utf8.first, starts(with: word) {
        place += word.utf8.count
        return true
      }
      step()
    }
    return false
  }

  private mutating func readTag() {
    let start = line
    place += 1
    let name = word()
    var attributes: [String: String] = [:]
    while place < bytes.count, bytes[place] != UInt8(ascii: ">") {
      guard let (key, value) = attribute() else { continue }
      if attributes[key] == nil { attributes[key] = value }
    }
    if place < bytes.count { place += 1 }
    if name == "html" || (name == "!doctype" && attributes["html"] != nil) { isPage = true }
    if name == "script" || name == "style" || name == "title" || name == "textarea" {
      let text = place
      let isClosed = skip(behind: "</\(name)")
      let end = isClosed ? place - name.utf8.count - 2 : place
      guard attributes["id"] == "manifest" else { return }
      manifests.append(String(decoding: bytes[text..<end], as: UTF8.self))
      isCut = isCut || !isClosed
    } else if let runs = attributes["data-run"] {
      let text = place
      while place < bytes.count, bytes[place] != UInt8(ascii: "<") { step() }
      figures.append(
        Figure(
          text: Self.unescaped(bytes[text..<place]), runs: runs.split(separator: " ").map(String.init),
          metric: attributes["data-metric"] ?? "", value: attributes["data-value"] ?? "", line: start))
    }
  }

  private mutating func word() -> String {
    let start = place
    while place < bytes.count, !" \t\r\n\u{c}>=\"'".utf8.contains(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self).lowercased()
  }

  /// An attribute, without a value the empty text; nil for a sign that starts none.
  private mutating func attribute() -> (String, String)? {
    let key = word()
    guard !key.isEmpty else {
      step()
      return nil
    }
    while place < bytes.count, " \t\r\n\u{c}".utf8.contains(bytes[place]) { step() }
    guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else { return (key, "") }
    place += 1
    while place < bytes.count, " \t\r\n\u{c}".utf8.contains(bytes[place]) { step() }
    guard place < bytes.count else { return (key, "") }
    let start: Int
    if bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'") {
      let quote = bytes[place]
      place += 1
      start = place
      while place < bytes.count, bytes[place] != quote { step() }
      defer { if place < bytes.count { place += 1 } }
      return (key, Self.unescaped(bytes[start..<place]))
    }
    start = place
    while place < bytes.count, !" \t\r\n\u{c}>".utf8.contains(bytes[place]) { place += 1 }
    return (key, Self.unescaped(bytes[start..<place]))
  }

  /// Undoes the entities that pages of this program hold.
  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var text = String(decoding: bytes, as: UTF8.self)
    guard text.contains("&") else { return text }
    for (entity, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      text = text.replacing(entity, with: sign)
    }
    return text
  }
}
