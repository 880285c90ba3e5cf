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
