/// How a table lies on a page of LaTeX's plain article: the size of its type, the widths of its columns, whether it floats,
/// breaks over pages or is turned.
///
/// Of the ways in which it fits, the one is taken that a reader minds least: smaller type before a turned page, and lines
/// that break before either.
struct LaTeXLayout {
  enum Size: String, CaseIterable {
    case normalsize, small, footnotesize, scriptsize

    /// An em in points, where the article's own type has ten.
    var em: Double {
      switch self {
      case .normalsize: 10
      case .small: 9.25
      case .footnotesize: 8.5
      case .scriptsize: 7.97
      }
    }

    /// From one line to the next, in points.
    var line: Double {
      switch self {
      case .normalsize: 12
      case .small: 11
      case .footnotesize: 9.5
      case .scriptsize: 8
      }
    }

    /// The room on each side of a column, in em.
    var margin: Double { self == .normalsize ? 0.6 : self == .small ? 0.5 : 0.4 }
  }

  /// The article's text, in points.
  private static let page = (width: 345.0, height: 550.0)
  /// How much of a page a table may take and still float: LaTeX puts nothing larger at the top of one.
  private static let floating = 0.7
  /// More lines than these in one row are hard to read.
  private static let comfortable = 6
  /// A column of sentences is not made narrower than this, in em, as long as it need not be.
  private static let narrowest = 9.0

  let size: Size
  /// Whether it stands on a page of its own, turned by a quarter.
  let isTurned: Bool
  /// The width of each column in em.
  let widths: [Double]
  /// Whether each column's lines are broken at its width.
  let breaks: [Bool]
  /// The lines of the tallest row.
  let tallest: Int
  /// The height in points.
  let height: Double

  /// Whether it is a float; else it breaks over pages.
  var floats: Bool { !isTurned && height <= Self.floating * Self.page.height }

  /// The width in em of neighbouring columns, with what stands between them.
  func width(of columns: Range<Int>) -> Double {
    widths[columns].reduce(0, +) + 2 * size.margin * Double(columns.count - 1)
  }

  /// Finds the layout of a table; nil where it has more columns than a page is wide.
  ///
  /// - Parameter breaksNumbers: whether cells of numbers may be broken, too; a table of two columns always fits then.
  init?(_ table: Table, breaksNumbers: Bool = false) {
    let cells = Cells(table, breaksNumbers: breaksNumbers)
    let ways: [(Size, isTurned: Bool)] =
      Size.allCases.map { ($0, false) } + [(.small, true), (.footnotesize, true), (.scriptsize, true)]
    let fitting = ways.compactMap { LaTeXLayout(cells, $0, isTurned: $1) }
    guard let best = fitting.first(where: { $0.tallest <= Self.comfortable }) ?? fitting.last else { return nil }
    self = best
  }

  /// The layout in one way; nil where the columns do not fit.
  private init?(_ cells: Cells, _ size: Size, isTurned: Bool) {
    let room =
      (isTurned ? Self.page.height : Self.page.width) / size.em - 2 * size.margin * Double(cells.columns.count - 1)
    var widths = cells.columns.map(\.least)
    // A heading over several columns needs room, too: the last of them gives it.
    for (title, columns) in cells.heads {
      let given = widths[columns].reduce(0, +) + 2 * size.margin * Double(columns.count - 1)
      widths[columns.upperBound - 1] += max(0, title.least - given)
    }
    var spare = room - widths.reduce(0, +)
    guard spare >= 0 else { return nil }
    // What is left over goes to those that want it: first so much that words stand on a line and sentences are no
    // ladders, then the same for titles over numbers, then all the rest.
    let wants: [(Cells.Column) -> Double] = [
      { min($0.cells, Self.narrowest) }, { min($0.width, Self.narrowest) }, { $0.width },
    ]
    for want in wants {
      let more = zip(cells.columns, widths).map { max(0, want($0) - $1) }
      // Who wants little gets it whole; the others get alike.
      let waiting = widths.indices.sorted { (more[$0], $0) < (more[$1], $1) }
      for (number, column) in waiting.enumerated() {
        let given = min(more[column], max(0, spare) / Double(waiting.count - number))
        widths[column] += given
        spare -= given
      }
    }
    (self.size, self.isTurned, self.widths) = (size, isTurned, widths)
    breaks = zip(cells.columns, widths).map { $0.cells > $1 + 1e-9 }
    let rows = cells.rows.map { row in zip(row, widths).map { $0.lines(in: $1) }.max() ?? 1 }
    tallest = rows.max() ?? 1
    let heads = zip(cells.titles, widths).map { $0.lines(in: $1) }.max() ?? 1
    let lines = Double(rows.reduce(0, +) + heads + cells.sections) + (cells.heads.isEmpty ? 0 : 2)
    let words = Double(cells.caption.lines(in: Self.page.width / Size.normalsize.em * 0.9) + 2) * Size.normalsize.line
    let notes = cells.notes.map { Double($0.lines(in: Self.page.width / Size.footnotesize.em * 0.9)) + 0.5 }
    height =
      lines * (size.line + 2.5) + Double(cells.sections * 4 + 8) + words
      + notes.reduce(0, +) * Size.footnotesize.line
  }

  /// What stands in a table, measured.
  private struct Cells {
    let titles: [LaTeXText]
    let rows: [[LaTeXText]]
    let caption: LaTeXText
    let notes: [LaTeXText]
    let sections: Int
    let heads: [(title: LaTeXText, columns: Range<Int>)]
    let columns: [Column]

    /// What a column wants, in em.
    struct Column {
      /// Its width where no line is broken.
      let width: Double
      /// The same of its cells alone; the title of a column of words is one of them.
      let cells: Double
      /// The least that it fits in: numbers are not broken, but the title over them.
      let least: Double
    }

    init(_ table: Table, breaksNumbers: Bool) {
      titles = table.columns.map { LaTeXText($0.title) }
      rows = table.sections.flatMap(\.rows).map { $0.map(LaTeXText.init) }
      caption = LaTeXText(table.caption)
      notes = table.notes.map(LaTeXText.init)
      sections = table.sections.count + table.sections.count { $0.title != nil }
      heads = table.spans.compactMap { span in
        table.group(of: span.columns.lowerBound).map { (LaTeXText($0.title), span.columns) }
      }
      columns = table.columns.indices.map { [titles, rows] column in
        let cells = rows.map { $0[column] }
        let width = cells.reduce(0) { max($0, $1.width) }
        let (title, isLeading) = (titles[column], table.columns[column].alignment.isLeading)
        let least = isLeading || breaksNumbers ? cells.reduce(0) { max($0, $1.least) } : width
        return Column(
          width: max(width, title.width), cells: isLeading ? max(width, title.width) : width,
          least: max(least, title.least))
      }
    }
  }
}
