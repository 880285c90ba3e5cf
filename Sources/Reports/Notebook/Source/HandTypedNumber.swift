import Configuration

/// Numbers in prose that look like results: a decimal fraction, or a number of per cent. They must come from records.
enum HandTypedNumber {
  /// Refuses the first number among the typed characters that looks like a result.
  static func refuse(
    in typed: [(character: Character, index: Int)], _ source: SourceText
  ) throws(ConfigurationError) {
    let text = String(typed.map(\.character))
    // `.83` stands alone; in `v.83` it is part of a word.
    let isWord: (Character) -> Bool = { $0.isLetter || $0.isNumber }
    guard
      let found = text.matches(of: pattern).first(where: { match in
        !match.output.hasPrefix(".") || !(text[..<match.range.lowerBound].last.map(isWord) ?? false)
      })
    else { return }
    let start = text.distance(from: text.startIndex, to: found.range.lowerBound)
    let word = String(text[found.range])
    throw ConfigurationError(
      at: source.location(typed[start].index),
      "\(Wording.quoted(word)) looks like a result typed by hand: write {{table3.Lg.mAP}}, or {{typed \(Wording.printable(word, limit: 40))}} "
        + "where it is a setting, a section or a version")
  }

  /// `45.46`, `.83`, `45,46` (not `36,036`), `83 %`, `83 per cent`.
  private static var pattern: Regex<Substring> {
    #/\p{Nd}+[.·٫]\p{Nd}+(?:\s*%)?|\p{Nd}+,\p{Nd}{1,2}(?!\p{Nd})(?:\s*%)?|\.\p{Nd}+|\p{Nd}+\s*(?:%|٪|‰|[Pp]er\s?cent)/#
      .matchingSemantics(.unicodeScalar)
  }
}
