/// Text in a terminal's cells, of which some signs take two and some none.
enum TerminalText {
  /// The cells that a text takes.
  static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + cells($1) } }

  /// A text of at most so many cells, cut where it is longer.
  static func fitting(_ text: String, _ cells: Int) -> String {
    guard width(text) > cells else { return text }
    return prefix(of: text, cells: max(0, cells - 1)) + (cells > 0 ? "…" : "")
  }

  static func padded(_ text: String, _ cells: Int) -> String {
    text + String(repeating: " ", count: max(0, cells - width(text)))
  }

  /// A text in lines of at most so many cells, broken at blanks where there are any.
  static func wrapped(_ text: String, columns: Int) -> [String] {
    let columns = max(10, columns)
    var lines: [String] = [""]
    for word in text.split(separator: " ") {
      var rest = String(word)
      let last = lines[lines.count - 1]
      if !last.isEmpty, width(last) + 1 + width(rest) > columns { lines.append("") }
      while width(rest) > columns {
        let piece = prefix(of: rest, cells: columns)
        lines[lines.count - 1] = piece
        lines.append("")
        rest = String(rest.unicodeScalars.dropFirst(piece.unicodeScalars.count))
      }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + rest
    }
    return lines
  }

  private static func prefix(of text: String, cells: Int) -> String {
    var (kept, used) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      used += self.cells(scalar)
      guard used <= cells else { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  /// The blocks of signs that terminals show in two cells (Unicode's East Asian Width W and F).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
  ]

  private static func cells(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: 0
    default: wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }
}
