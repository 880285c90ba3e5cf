import Configuration
import Support

/// The words of `{{table3."Lg+Lp+La uncertainty".mAP}}`, between dots; a word with dots or quotes stands in quotes, where a
/// backslash stands before a quote.
enum ValuePath {
  /// Splits a path.
  ///
  /// - Throws: a `ConfigurationError` where a word is empty or a quote is not closed.
  static func parse(_ text: String, at location: SourceLocation) throws(ConfigurationError) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var wasQuoted = false
    var isEscaped = false
    for character in text {
      if isEscaped {
        word.append(character)
        isEscaped = false
      } else if isQuoted {
        if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          isQuoted = false
        } else {
          word.append(character)
        }
      } else if character == "\"", word.trimmedOfSpaces.isEmpty, !wasQuoted {
        (isQuoted, wasQuoted, word) = (true, true, "")
      } else if character == "." {
        words.append(wasQuoted ? word : word.trimmedOfSpaces)
        (word, wasQuoted) = ("", false)
      } else if !(wasQuoted && character == " ") {
        word.append(character)
      }
    }
    words.append(wasQuoted ? word : word.trimmedOfSpaces)
    guard !isQuoted, words.count >= 2, !words.contains("") else {
      throw ConfigurationError(
        at: location,
        "\(Wording.quoted("{{" + text + "}}")) is no value: write {{table.row.figure}}, such as {{table3.Lg.mAP}}, {{typed 0.1}} or {{see table3}}"
      )
    }
    return words
  }
}
