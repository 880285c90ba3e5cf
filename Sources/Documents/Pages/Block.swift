import Foundation

/// A part of a page, whichever format it is written in.
package enum Block: Codable, Sendable {
  /// A heading, 1 the highest; the name is what links lead to.
  case heading(Typeset, level: Int, name: String)
  case paragraph(Typeset)
  /// What must not be missed.
  case notice(Typeset)
  case list([Typeset], isNumbered: Bool = false)
  /// Lines as they are: a command. With a title they are folded away behind it.
  case code(String, title: String? = nil)
  /// A table, and its data as comma-separated values.
  case table(Table, csv: String)
  case figure(Figure)
  /// What is missing, and how to get it.
  case gap(Typeset)

  /// The block with another caption, where it has one.
  package func captioned(_ caption: Typeset) -> Block {
    switch self {
    case .table(var table, let csv):
      table.caption = caption
      return .table(table, csv: csv)
    case .figure(var figure):
      figure.caption = caption
      return .figure(figure)
    default: return self
    }
  }
}

package struct Figure: Codable, Sendable {
  /// What links and files are named by.
  package var name: String
  package var caption: Typeset
  /// What someone who does not see it should know.
  package var alternative: String
  /// Whether it needs the full width.
  package var isWide: Bool
  /// A drawing, in both forms; nil for a photograph.
  package var svg: String?
  /// The same drawing for the width of a phone; nil where one serves both.
  package var narrow: String?
  package var png: Data?
  package var jpeg: Data?

  package init(
    name: String, caption: Typeset, alternative: String, isWide: Bool = false, svg: String? = nil,
    narrow: String? = nil, png: Data? = nil, jpeg: Data? = nil
  ) {
    (self.name, self.caption, self.alternative, self.isWide) = (name, caption, alternative, isWide)
    (self.svg, self.narrow, self.png, self.jpeg) = (svg, narrow, png, jpeg)
  }
}

extension [Block] {
  /// Each block with its number, `Table 3` or `Figure 2`, empty for what bears none. The paper's tables keep their own; the
  /// others are counted, with an S where both stand on a page.
  package var numbered: [(label: String, block: Block)] {
    let hasPaperTables = contains { if case .table(let table, _) = $0 { table.label != nil } else { false } }
    var (tables, figures) = (0, 0)
    var used: Set<String> = []
    return map { block in
      switch block {
      case .table(let table, _):
        if let label = table.label, used.insert(label).inserted { return (label, block) }
        tables += 1
        return ("Table \(hasPaperTables ? "S" : "")\(tables)", block)
      case .figure:
        figures += 1
        return ("Figure \(figures)", block)
      default: return ("", block)
      }
    }
  }
}
