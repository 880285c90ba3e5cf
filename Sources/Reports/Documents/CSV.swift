/// Comma-separated values (RFC 4180): a row of heads, then rows of fields, lines ending in CR LF.
package struct CSV {
  /// The text so far.
  package private(set) var text = ""

  /// Starts with the heads.
  package init(heads: [String]) { append(heads) }

  /// Adds a row; an empty field is a gap.
  package mutating func append(_ fields: [String]) {
    text += fields.map(Self.field).joined(separator: ",") + "\r\n"
  }

  /// A field, quoted where it holds a comma, a quote, a line break or a space at either end.
  package static func field(_ text: String) -> String {
    let needsQuotes =
      text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) } || text.first == " " || text.last == " "
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
