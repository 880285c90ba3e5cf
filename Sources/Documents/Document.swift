/// A report before it has a format: a title and blocks in order, of which tables and figures are numbered as they come.
package struct Document: Sendable {
  /// A part of a document.
  package enum Block: Sendable {
    /// A heading; the name is what links lead to.
    case heading(String, name: String)
    /// A paragraph.
    case paragraph(Typeset)
    /// A statement that must not be missed, set apart.
    case notice(Typeset)
    /// Paragraphs with a mark before each.
    case list([Typeset])
    /// A command to type.
    case command(String)
    /// A table.
    case table(Table)
    /// Charts side by side, as the room allows.
    case figures([Figure])
  }

  /// A chart in a document.
  package struct Figure: Sendable {
    /// A word that names it in links: its files are `<name>.svg` and `<name>.png`.
    package var name: String
    /// What it shows.
    package var caption: Typeset
    /// What someone who does not see it should know.
    package var alternative: String
    /// The drawing, as SVG.
    package var svg: String
    /// Whether it needs the full width.
    package var isWide: Bool

    /// Makes a figure.
    package init(name: String, caption: Typeset, alternative: String, svg: String, isWide: Bool = false) {
      self.name = name
      self.caption = caption
      self.alternative = alternative
      self.svg = svg
      self.isWide = isWide
    }
  }

  /// The title.
  package var title: String
  /// What the title is said with, in a line.
  package var subtitle: Typeset?
  /// The parts, in order.
  package var blocks: [Block]
  /// The end of the HTML page: its manifest and the script that checks it; nil for a page without.
  package var verification: String?

  /// Makes a document.
  package init(title: String, subtitle: Typeset? = nil, blocks: [Block]) {
    self.title = title
    self.subtitle = subtitle
    self.blocks = blocks
  }

  /// What each table is called, in order: its own label, else a number; a number of the supplement (`Table S1`) where
  /// other tables bear the paper's.
  package var tableLabels: [String] {
    let tables = blocks.compactMap { block -> Table? in
      guard case .table(let table) = block else { return nil }
      return table
    }
    let mark = tables.contains { $0.label != nil } ? "S" : ""
    var count = 0
    return tables.map { table in
      if let label = table.label { return label }
      count += 1
      return "Table \(mark)\(count)"
    }
  }
}
