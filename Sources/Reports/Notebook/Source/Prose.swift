import Configuration
import Documents
import Support

/// A line of a notebook's prose, before its values are known.
struct Prose: Sendable {
  /// A stretch of one kind.
  enum Piece: Hashable, Sendable {
    /// Something that needs no record: words, code, emphasis, links.
    case set(Typeset.Piece)
    /// `{{table3.Lg.mAP}}`, split at its dots.
    case value([String], SourceLocation)
    /// `{{see table3}}`: the number of a table, a figure or a listing of the notebook.
    case reference(String, SourceLocation)
  }

  /// The stretches, in order.
  var pieces: [Piece] = []

  /// Reads the notebook's Markdown: `*emphasis*`, `**strong**`, `` `code` ``, `[words](target)`, a backslash before a
  /// sign, and `{{…}}`. Everything else is text.
  ///
  /// - Throws: a `ConfigurationError` at the sign that does not fit, and at a number that looks like a result.
  init(_ source: SourceText) throws(ConfigurationError) {
    var reader = ProseReader(source)
    pieces = try reader.read()
    try HandTypedNumber.refuse(in: reader.visible, source)
  }

  /// The prose with its values looked up.
  func set(
    value: ([String], SourceLocation) throws -> Typeset.Piece,
    reference: (String, SourceLocation) throws -> Typeset.Piece
  ) rethrows -> Typeset {
    Typeset(
      try pieces.map { piece in
        switch piece {
        case .set(let piece): piece
        case .value(let path, let place): try value(path, place)
        case .reference(let name, let place): try reference(name, place)
        }
      })
  }
}
