import Documents
import Foundation
import Support

/// A notebook with the records that it draws from, ready to be rendered.
package struct NotebookReport: Sendable {
  package var source: NotebookSource
  package var notebook: NotebookContext
  /// The command that makes it again.
  package var command: String
  /// What changes with the program: cells rendered by another are rendered anew.
  package var program: String
  /// Whether the LaTeX file has the tables of a cell of that name.
  var isForLaTeX: @Sendable (String) -> Bool = { _ in true }
  /// Whether a file of that name, which no list of ours has, may be replaced all the same.
  var isKnown: @Sendable (String) -> Bool = { _ in false }
  /// The cells, read and checked, with the names that their files bear.
  let cells: [Cell]

  struct Cell: Sendable {
    var name: String
    var source: CellSource
    var cell: any NotebookCell
    var caption: Prose?
  }

  /// Reads the cells and checks every name in cells, values and references.
  ///
  /// - Throws: a `ConfigurationError` at the first that is wrong.
  package init(_ source: NotebookSource, notebook: NotebookContext, command: String, program: String = "") throws {
    (self.source, self.notebook, self.command, self.program) = (source, notebook, command, program)
    var names: [String: SourceLocation] = [:]
    cells = try source.cells.map { cell in
      guard let kind = NotebookCells.kinds.first(where: { $0.kind == cell.kind }) else {
        throw ConfigurationError(at: cell.location, "\(Wording.quoted(cell.kind)) is no kind of cell")
      }
      let made = try kind.init(cell, in: notebook)
      let name = try cell.givenName() ?? made.name
      if let before = names[name] {
        throw ConfigurationError(
          at: cell.location,
          "the cell at line \(before.line) is called \(Wording.quoted(name)) too: give one of them another 'name'")
      }
      names[name] = cell.location
      return Cell(name: name, source: cell, cell: made, caption: try cell.givenCaption())
    }
    _ = try text(labels: Dictionary(uniqueKeysWithValues: cells.map { ($0.name, "") }))
  }

  /// A part of the rendered notebook.
  enum Part {
    case prose(Block)
    case cell(RenderedCell)
  }

  /// A cell with what was made of it.
  struct RenderedCell {
    var name: String
    var kind: String
    /// What its author wrote between the fences.
    var source: String
    /// Its blocks, each with its number: `Table 3`, `Figure 2`; empty for what bears none.
    var parts: [(label: String, block: Block)]
    /// Whether it was kept from before.
    var isKept: Bool

    /// What references to the cell are called: the number of its first table or figure; empty where it has none.
    var label: String { parts.first { !$0.label.isEmpty }?.label ?? "" }
  }

  /// Prose with its values and references looked up.
  private func set(_ prose: Prose, labels: [String: String]) throws -> Typeset {
    try prose.set { path, place in
      try NotebookValue.piece(path, in: notebook.tables, at: place)
    } reference: { name, place in
      guard let label = labels[name] else {
        throw ConfigurationError(
          at: place, Wording.unknown("there is no cell", naming: name, among: labels.keys.sorted()))
      }
      return .reference(label.isEmpty ? name : label, to: name)
    }
  }

  /// The prose with values and references looked up; cells stand empty.
  private func text(labels: [String: String]) throws -> [Part] {
    func set(_ prose: Prose) throws -> Typeset { try self.set(prose, labels: labels) }
    for cell in cells { _ = try cell.caption.map(set) }
    var headings: [String: Int] = [:]
    var cells = cells[...]
    return try source.blocks.map { block in
      switch block {
      case .heading(let prose, let level):
        let text = try set(prose)
        let name = Self.name(of: text)
        headings[name, default: 0] += 1
        let count = headings[name] ?? 1
        return .prose(.heading(text, level: level, name: count == 1 ? "_\(name)" : "_\(name)--\(count)"))
      case .paragraph(let prose): return .prose(.paragraph(try set(prose)))
      case .notice(let prose): return .prose(.notice(try set(prose)))
      case .list(let items, let isNumbered): return .prose(.list(try items.map(set), isNumbered: isNumbered))
      case .code(let text): return .prose(.code(text))
      case .cell(let source):
        let name = cells.popFirst()?.name ?? ""
        return .cell(RenderedCell(name: name, kind: source.kind, source: source.text, parts: [], isKept: false))
      }
    }
  }

  /// A heading as links name it: its letters and digits, with hyphens between. The page's own names start with `_`, which
  /// no cell's does.
  private static func name(of heading: Typeset) -> String {
    let words = heading.plain.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.isEmpty ? "part" : words.joined(separator: "-")
  }

  /// The whole notebook around finished cells, tables and figures numbered as they come.
  func parts(_ rendered: [RenderedCell]) throws -> [Part] {
    var numbers = rendered.flatMap { $0.parts.map(\.block) }.numbered[...]
    let numbered = rendered.map { cell in
      var cell = cell
      let count = cell.parts.count
      (cell.parts, numbers) = (Array(numbers.prefix(count)), numbers.dropFirst(count))
      return cell
    }
    let labels = Dictionary(numbered.map { ($0.name, $0.label) }, uniquingKeysWith: { first, _ in first })
    let captions = Dictionary(uniqueKeysWithValues: cells.map { ($0.name, $0.caption) })
    var next = numbered[...]
    return try text(labels: labels).map { part in
      guard case .cell = part, var cell = next.popFirst() else { return part }
      if let caption = captions[cell.name] ?? nil, let place = cell.parts.firstIndex(where: { !$0.label.isEmpty }) {
        cell.parts[place].block = cell.parts[place].block.captioned(try set(caption, labels: labels))
      }
      return .cell(cell)
    }
  }

  /// What the data is: the first thing that a reader has to know; nil where nothing is drawn from.
  var dataStatement: String? {
    notebook.comparison?.dataStatement()
      ?? (notebook.tables.isEmpty ? nil : notebook.tables.map(\.report).dataStatement)
  }
}
