import Support

/// Numbers in prose that look like results: a decimal fraction, or a number of per cent. They must come from records.
///
/// Every character is looked at once, so that a line of a million digits is as quick as any other.
enum HandTypedNumber {
  /// Refuses the first number among the typed characters that looks like a result.
  ///
  /// - Parameter isTitle: whether they are a title's, in which nothing is looked up.
  static func refuse(
    in typed: [(character: Character, index: Int)], _ source: SourceText, isTitle: Bool = false
  ) throws(ConfigurationError) {
    let scalars = typed.flatMap { typed in typed.character.unicodeScalars.map { (scalar: $0, index: typed.index) } }
    guard let found = first(in: scalars.map(\.scalar)) else { return }
    let word = String(String.UnicodeScalarView(scalars[found].map(\.scalar)))
    let typedByIntent = "{{typed \(Wording.printable(word, limit: 40))}}"
    let lookedUp =
      isTitle
      ? "look it up in the text below; a title may say \(typedByIntent)"
      : "write {{table3.Lg.mAP}}, or \(typedByIntent)"
    throw ConfigurationError(
      at: source.location(scalars[found.lowerBound].index),
      "\(Wording.quoted(word)) looks like a result typed by hand: \(lookedUp) where it is a setting, a section or a version"
        + (isTitle ? " (in quotes where the title starts with it)" : ""))
  }

  /// The first of `45.46`, `.83`, `45,46` (not `36,036`), `83 %`, `83 per cent`.
  private static func first(in text: [Unicode.Scalar]) -> Range<Int>? {
    var place = 0
    while let start = text[place...].firstIndex(where: isDigit) {
      let end = digits(in: text, from: start)
      if let number = result(in: text, start, end) { return number }
      place = end
    }
    return nil
  }

  /// The number that the digits between two places belong to; nil where it is no result.
  private static func result(in text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Range<Int>? {
    if end < text.count, ".·٫".unicodeScalars.contains(text[end]) {
      let fraction = digits(in: text, from: end + 1)
      if fraction > end + 1 { return start..<(mark(in: text, from: fraction, "%") ?? fraction) }
    }
    if end < text.count, text[end] == "," {
      let fraction = digits(in: text, from: end + 1)
      if (1...2).contains(fraction - end - 1) { return start..<(mark(in: text, from: fraction, "%") ?? fraction) }
    }
    if let percent = mark(in: text, from: end, "%٪‰") ?? percent(in: text, from: end) { return start..<percent }
    // `.83` stands alone; in `v.83` it is part of a word.
    let isFraction = start > 0 && text[start - 1] == "." && !(start > 1 && isWord(text[start - 2]))
    return isFraction ? start - 1..<end : nil
  }

  /// Where a sign behind white space ends; nil where there is none of them.
  private static func mark(in text: [Unicode.Scalar], from place: Int, _ signs: String) -> Int? {
    let next = space(in: text, from: place)
    return next < text.count && signs.unicodeScalars.contains(text[next]) ? next + 1 : nil
  }

  /// Where `per cent` behind white space ends; nil where it does not stand there.
  private static func percent(in text: [Unicode.Scalar], from place: Int) -> Int? {
    let next = space(in: text, from: place)
    guard next < text.count, text[next] == "p" || text[next] == "P",
      text[(next + 1)...].starts(with: "er".unicodeScalars)
    else { return nil }
    let rest = next + 3 < text.count && text[next + 3].properties.isWhitespace ? next + 4 : next + 3
    return text[rest...].starts(with: "cent".unicodeScalars) ? rest + 4 : nil
  }

  private static func digits(in text: [Unicode.Scalar], from place: Int) -> Int {
    text[place...].firstIndex { !isDigit($0) } ?? text.count
  }

  private static func space(in text: [Unicode.Scalar], from place: Int) -> Int {
    text[place...].firstIndex { !$0.properties.isWhitespace } ?? text.count
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .decimalNumber }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }
}
