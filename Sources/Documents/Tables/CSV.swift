import Support

/// Comma-separated values (RFC 4180): a row of heads, then rows of fields, lines ending in CR LF.
package struct CSV {
  package private(set) var text = ""

  /// The values as a file. Spreadsheets take a file for UTF-8 only if it begins with a byte order mark, and other programs
  /// take the mark for the first letter of the first head: it is there for those who ask for it.
  package static func file(_ text: String, hasMark: Bool) -> String { (hasMark ? "\u{FEFF}" : "") + text }

  package init(heads: [String]) { append(heads) }

  /// The values of some items: of each field its head, and what it says of an item.
  package static func text<Item>(of items: [Item], _ fields: [(head: String, text: (Item) -> String)]) -> String {
    var csv = CSV(heads: fields.map(\.head))
    for item in items { csv.append(fields.map { $0.text(item) }) }
    return csv.text
  }

  /// Adds a row; an empty field is a gap.
  package mutating func append(_ fields: [String]) {
    text += fields.map(Self.field).joined(separator: ",") + "\r\n"
  }

  /// A field, quoted where it holds a comma, a quote, a line break or a space at either end.
  ///
  /// A text that a spreadsheet would take for a formula, by its first sign, gets an apostrophe before it, which
  /// spreadsheets take for the mark of a text. Numbers stay what they are.
  package static func field(_ text: String) -> String {
    let first = text.unicodeScalars.first { $0 > " " }
    let isFormula = first.map("=+-@".unicodeScalars.contains) ?? false
    let shown = isFormula && Double(text) == nil ? "'" + text : text
    let scalars = shown.unicodeScalars
    let needsQuotes =
      scalars.contains { "\",\r\n".unicodeScalars.contains($0) } || scalars.first == " " || scalars.last == " "
    return needsQuotes ? "\"" + shown.replacingScalars { $0 == "\"" ? "\"\"" : nil } + "\"" : shown
  }
}

extension Table {
  /// The cells as comma-separated values; a group's heading stands before those of its columns.
  package func csv() -> String {
    let hasSections = sections.contains { $0.title != nil }
    var csv = CSV(
      heads: (hasSections ? ["section"] : [])
        + columns.indices.map { index in
          group(of: index).map { "\($0.title.plain): \(columns[index].title.plain)" } ?? columns[index].title.plain
        })
    for section in sections {
      for row in section.rows {
        csv.append((hasSections ? [section.title?.plain ?? ""] : []) + row.map { $0 == Table.gap ? "" : $0.plain })
      }
    }
    return csv.text
  }
}
