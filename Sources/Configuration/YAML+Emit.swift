/// YAML as text: writing here; reading, which needs libyaml, in the room of that name.
package enum YAML {
  /// Writes a value as a YAML text that reads back as the same value.
  ///
  /// Mappings stand in block style, one key a line; lists of scalars in one line, `[1, 2, 3]`. A text that is not
  /// marked as plain is quoted wherever a plain one would read back as something else, or might to another reader
  /// of YAML (`yes`, `1e3`, `null`); an empty plain scalar is written as `null`.
  package static func text(of value: YAMLValue) -> String {
    switch value.content {
    case .scalar, .sequence: inline(value) + "\n"
    case .mapping(let entries): entries.isEmpty ? "{}\n" : block(entries, indent: "")
    }
  }

  private static func block(_ entries: [YAMLEntry], indent: String) -> String {
    var text = ""
    for entry in entries {
      // A key longer than 1024 characters must be marked by a question mark, and a quoted one always reads back.
      let name = key(entry.key)
      let start = indent + (name.unicodeScalars.count > 1000 ? "? \(name)\n\(indent):" : name + ":")
      switch entry.value.content {
      case .mapping(let inner) where !inner.isEmpty: text += start + "\n" + block(inner, indent: indent + "  ")
      default: text += start + " " + inline(entry.value) + "\n"
      }
    }
    return text
  }

  /// One line of YAML (flow style) that reads back as the same value.
  package static func inline(_ value: YAMLValue) -> String {
    switch value.content {
    case .scalar(let scalar): written(scalar)
    case .sequence(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      entries.isEmpty
        ? "{}"
        : "{ " + entries.map { flowKey($0.key) + ": " + inline($0.value) }.joined(separator: ", ") + " }"
    }
  }

  private static func flowKey(_ name: String) -> String {
    let text = key(name)
    return text.unicodeScalars.count > 1000 ? "? " + text + " " : text
  }

  private static func key(_ name: String) -> String { isSafePlain(name) ? name : quoted(name) }

  private static func written(_ scalar: YAMLScalar) -> String {
    if scalar.isPlain {
      if scalar.isNull { return scalar.text.isEmpty ? "null" : scalar.text }
      let isWord = Setting.isNumber(scalar.text) || ["true", "false"].contains(scalar.text)
      return isWord || isSafePlain(scalar.text) ? scalar.text : quoted(scalar.text)
    }
    return isSafePlain(scalar.text) ? scalar.text : quoted(scalar.text)
  }

  /// Whether a text may stand without quotes: it starts with a letter, holds nothing that YAML or another reader
  /// would take for syntax, and is not a word or a number to any version of YAML.
  private static func isSafePlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, isLetter(first), text.unicodeScalars.count <= 200 else { return false }
    let harmless = text.unicodeScalars.allSatisfy { isLetter($0) || "0123456789_-+./ ".unicodeScalars.contains($0) }
    guard harmless, text.last != " " else { return false }
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "nan"]
    return !words.contains(text.lowercased())
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  /// A text in double quotes, everything but printable ASCII escaped where a reader might stumble.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.value >= 0x20, scalar.value < 0x7F || isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          let width = scalar.value <= 0xFF ? 2 : scalar.value <= 0xFFFF ? 4 : 8
          result += (width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U")
          result += String(repeating: "0", count: width - digits.count) + digits
        }
      }
    }
    return result + "\""
  }

  /// What a reader shows as a character and YAML allows unescaped: no control, separator, mark of order or unassigned.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value > 0xA0 else { return false }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
      .unassigned:
      false
    default: true
    }
  }
}
