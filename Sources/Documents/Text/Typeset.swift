/// A line of text in which a few things are set as in a paper: the symbols of the task losses, code, what is missing.
///
/// It knows no output format; each format's rules, escaping among them, are in `Typeset+<format>.swift`.
package struct Typeset: Hashable, Codable, Sendable, ExpressibleByStringLiteral {
  package enum Piece: Hashable, Codable, Sendable {
    /// Words and numbers, from wherever: every format escapes them.
    case text(String)
    /// A letter with a subscript, set as mathematics: `L` with `aa` is the loss of the attention task.
    case symbol(String, subscript: String)
    /// A command, a file name, a digest.
    case code(String)
    /// Words that carry weight.
    case strong(String)
    /// A link to a file beside the document.
    case link(String, file: String)
    /// A measured figure as shown, and what it can be recomputed from.
    case measured(String, Evidence)
    /// Words said with stress.
    case emphasis(String)
    /// A number that was looked up, what it is the number of, and what it can be recomputed from, where it can.
    case value(String, ValueOrigin, of: String, Evidence? = nil)
    /// A link to a table, a figure or a heading of the same document, by its name.
    case reference(String, to: String)
  }

  /// What a measured figure of retrieval can be recomputed from: the ranks of the runs that it is the mean over.
  package struct Evidence: Hashable, Codable, Sendable {
    /// The runs by their names in the page's manifest.
    package var runs: [String]
    /// The figure's name in `metrics.json`.
    package var metric: String
    /// Its value in percent.
    package var value: Double

    /// Gathers what a figure leads back to.
    package init(runs: [String], metric: String, value: Double) {
      (self.runs, self.metric, self.value) = (runs, metric, value)
    }
  }

  /// Where a number in a sentence comes from, which decides how it looks.
  package enum ValueOrigin: String, Codable, Sendable {
    /// Measured by runs of this project.
    case measured
    /// Printed in the paper.
    case published
    /// No run that would give it is finished.
    case missing
  }

  package var pieces: [Piece]

  package init(_ pieces: [Piece]) { self.pieces = pieces }

  package init(_ text: String) { pieces = [.text(text)] }

  package init(stringLiteral text: String) { pieces = [.text(text)] }

  package static func + (first: Typeset, second: Typeset) -> Typeset { Typeset(first.pieces + second.pieces) }

  /// Lines with commas and a last "and" between them.
  package static func list(_ items: [Typeset]) -> Typeset {
    items.enumerated().reduce("") { text, item in
      let joint: Typeset = item.offset == 0 ? "" : item.offset == items.count - 1 ? " and " : ", "
      return text + joint + item.element
    }
  }

  /// The text alone, on one line, as a terminal or a chart shows it: `Lg+Lp`.
  package var plain: String {
    pieces.map { piece in
      switch piece {
      case .text(let text), .code(let text), .strong(let text), .link(let text, _), .emphasis(let text),
        .value(let text, _, _, _), .reference(let text, _), .measured(let text, _):
        text.onOneLine
      case .symbol(let base, let sub): base + sub
      }
    }.joined()
  }
}

extension String {
  /// The text with every control character, line break and direction override replaced by a space, so that a name
  /// cannot leave the line, the cell or the string that it stands in.
  package var onOneLine: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
          default: scalar
          }
        }))
  }
}
