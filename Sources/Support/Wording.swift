/// How messages show what a file holds, and which word was probably meant.
package enum Wording {
  /// A text on one line: control characters are shown by their code, and what is long is cut.
  package static func printable(_ text: String, limit: Int = 200) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard index < limit else { return result + "…" }
      if isShown(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      }
    }
    return result
  }

  /// Whether a scalar stands as itself in a message: it is a sign, a letter or a blank, and tells a terminal nothing.
  static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }

  /// A text in single quotes, on one line.
  package static func quoted(_ text: String) -> String { "'" + printable(text, limit: 60) + "'" }

  /// `one, two, three`.
  package static func list(_ words: [String]) -> String {
    words.map { printable($0, limit: 60) }.joined(separator: ", ")
  }

  /// `1 value`, `3 values`; `3 matches` where the plural is given.
  package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `1,234,567`
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
    return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
  }

  /// `unknown key; did you mean 'binning'? Known here: parts, binning, reduction`, the end of a message on a name
  /// that is not among `words`.
  package static func unknown(_ what: String, _ word: String, among words: [String]) -> String {
    let meant = nearest(to: word, in: words).map { "; did you mean \(quoted($0))?" }
    guard !words.isEmpty else { return "\(what); none is known here" }
    return what + (meant.map { "\($0) Known: " } ?? "; known: ") + list(words)
  }

  /// The same where the message ends with the name itself: `there is no scale 'smal'; did you mean …`.
  package static func unknown(_ what: String, naming word: String, among words: [String]) -> String {
    unknown("\(what) \(quoted(word))", word, among: words)
  }

  /// The nearest of `words` by edit distance, where it is near enough to be meant: at most a third of the word's
  /// letters wrong, capitals aside.
  package static func nearest(to word: String, in words: [String]) -> String? {
    // A name of a thousand letters is no slip of the finger, and its distance would cost time.
    guard word.unicodeScalars.count <= 100 else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in words where candidate.unicodeScalars.count <= 100 {
      let distance = editDistance(word.lowercased(), candidate.lowercased())
      let allowed = max(1, max(word.count, candidate.count) / 3)
      guard distance <= allowed, distance < candidate.count else { continue }
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// How many letters must be put in, left out, replaced or swapped with their neighbour to make `a` into `b`
  /// (optimal string alignment: no stretch is edited twice).
  package static func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      for j in b.indices {
        var least = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
        current.append(least)
      }
      (beforeLast, last) = (last, current)
    }
    return last[b.count]
  }
}

extension String {
  /// The text with some of its Unicode scalars replaced; nil leaves one as it is.
  ///
  /// Whatever escapes a text for a browser, a shell or gnuplot goes through here. To Swift a quote with an accent on it
  /// is one character and another one than a quote; to those who read the text it is a quote, and an accent.
  package func replacingScalars(_ replacement: (Unicode.Scalar) -> String?) -> String {
    var result = ""
    for scalar in unicodeScalars {
      if let other = replacement(scalar) { result += other } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}

extension String {
  /// The text in quotation marks on one line, whatever it holds: file names may contain line breaks.
  package var quoted: String { "'" + Wording.printable(self, limit: 4096) + "'" }
}
