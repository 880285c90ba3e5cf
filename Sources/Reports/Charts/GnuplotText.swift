extension String {
  /// The text as a gnuplot string that means just these characters.
  ///
  /// gnuplot runs what stands between backticks and expands `@name`, but in neither case inside single quotes; there a
  /// doubled quote is the only escape. Line breaks and other control characters, which would end the command, become
  /// spaces. What shows the string must also say `noenhanced`, so that `_`, `^`, `{` and `&` are themselves.
  package var quotedForGnuplot: String { "'" + onOneLine.replacing("'", with: "''") + "'" }
}
