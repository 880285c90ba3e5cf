extension String {
  /// The text as a gnuplot string that means just these characters.
  ///
  /// gnuplot runs what stands between backticks and expands `@name`, but in neither case inside single quotes. The quote
  /// itself becomes a typographic apostrophe: gnuplot documents a doubled quote as the way to write one, but its scanner
  /// ends the string at two such pairs in a row, and what follows would be a command. Line breaks and other control
  /// characters become spaces. What shows the string must also say `noenhanced`, so that `_`, `^`, `{` and `&` are
  /// themselves.
  package var quotedForGnuplot: String {
    "'" + onOneLine.drawable.replacingScalars { $0 == "'" ? "’" : nil } + "'"
  }

  /// What of the text fits a chart: its first sixty characters, and a box for each character beyond the Basic
  /// Multilingual Plane, whose pictures fonts draw at a size of their own.
  private var drawable: String {
    let start = count > 60 ? prefix(59) + "…" : self[...]
    return String(String.UnicodeScalarView(start.unicodeScalars.map { $0.value > 0xFFFF ? "□" : $0 }))
  }
}
