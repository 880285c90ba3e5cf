import Configuration
import Documents
import Foundation
import Runs
import Support

/// A notebook with the records that it draws from, ready to be rendered.
package struct NotebookReport: Sendable {
  /// What its author wrote.
  package var source: NotebookSource
  /// What it draws from.
  package var notebook: NotebookContext
  /// The command that makes it again.
  package var command: String
  /// What changes with the program: cells rendered by another are rendered anew.
  package var program: String
  /// The cells, read and checked, with the names that their files bear.
  let cells: [Cell]

  /// A cell with its name.
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
    self.source = source
    self.notebook = notebook
    self.command = command
    self.program = program
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
  enum Block {
    case heading(Typeset, level: Int, name: String)
    case paragraph(Typeset)
    case notice(Typeset)
    case list([Typeset], isNumbered: Bool)
    case code(String)
    case cell(RenderedCell)
  }

  /// A cell with what was made of it.
  struct RenderedCell {
    var name: String
    var kind: String
    /// What its author wrote between the fences.
    var source: String
    var parts: [Part]
    /// Whether it was kept from before.
    var isKept: Bool
  }

  /// A part of a cell with its number.
  struct Part {
    /// `Table 3`, `Figure 2`; empty for what bears no number.
    var label: String
    var part: CellPart
  }

  /// The prose with values and references looked up; cells stand empty.
  private func text(labels: [String: String]) throws -> [Block] {
    let tables = notebook.tables
    func set(_ prose: Prose) throws -> Typeset {
      try prose.set { path, place in
        try NotebookValue.piece(path, in: tables, at: place)
      } reference: { name, place in
        guard let label = labels[name] else {
          throw ConfigurationError(
            at: place, Wording.unknown("there is no cell \(Wording.quoted(name))", name, among: labels.keys.sorted()))
        }
        return .reference(label.isEmpty ? name : label, to: name)
      }
    }
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
        return .heading(text, level: level, name: count == 1 ? "_\(name)" : "_\(name)--\(count)")
      case .paragraph(let prose): return .paragraph(try set(prose))
      case .notice(let prose): return .notice(try set(prose))
      case .list(let items, let isNumbered): return .list(try items.map(set), isNumbered: isNumbered)
      case .code(let text): return .code(text)
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

  /// The whole notebook around finished cells.
  func blocks(_ rendered: [RenderedCell]) throws -> [Block] {
    let numbered = Self.numbered(rendered)
    var labels: [String: String] = [:]
    for cell in numbered { labels[cell.name] = cell.parts.first { !$0.label.isEmpty }?.label ?? "" }
    var next = numbered[...]
    let captions = Dictionary(uniqueKeysWithValues: cells.map { ($0.name, $0.caption) })
    return try text(labels: labels).map { block in
      guard case .cell = block, var cell = next.popFirst() else { return block }
      if let caption = captions[cell.name] ?? nil, let place = cell.parts.firstIndex(where: { !$0.label.isEmpty }) {
        let tables = notebook.tables
        let text = try caption.set {
          try NotebookValue.piece($0, in: tables, at: $1)
        } reference: { name, _ in
          .reference(labels[name].flatMap { $0.isEmpty ? nil : $0 } ?? name, to: name)
        }
        cell.parts[place].part = cell.parts[place].part.captioned(text)
      }
      return .cell(cell)
    }
  }

  /// Numbers tables and figures as they come: the paper's tables keep theirs, others are those of a supplement.
  private static func numbered(_ cells: [RenderedCell]) -> [RenderedCell] {
    var tables = 0
    var figures = 0
    var used: Set<String> = []
    return cells.map { cell in
      var cell = cell
      for place in cell.parts.indices {
        switch cell.parts[place].part {
        case .table(let table, _):
          if let label = table.label, used.insert(label).inserted {
            cell.parts[place].label = label
          } else {
            tables += 1
            cell.parts[place].label = "Table S\(tables)"
          }
        case .picture:
          figures += 1
          cell.parts[place].label = "Figure \(figures)"
        case .list, .code, .gap: break
        }
      }
      return cell
    }
  }

  /// What the data is: the first thing that a reader has to know.
  var dataStatement: String {
    ReportPage(title: source.title, reports: notebook.tables.map(\.report), command: command).dataStatement()
  }
}

extension CellPart {
  fileprivate func captioned(_ caption: Typeset) -> CellPart {
    switch self {
    case .table(var table, let csv):
      table.caption = caption
      return .table(table, csv: csv)
    case .picture(var picture):
      picture.caption = caption
      return .picture(picture)
    case .list, .code, .gap: return self
    }
  }
}
