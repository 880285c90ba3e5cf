import Documents
import Foundation

extension NotebookReport {
  /// The notebook as GitHub's Markdown, pictures beside it.
  func markdown(_ blocks: [Block]) -> String {
    var parts = ["# \(source.title.escapedForMarkdown)"]
    if let subtitle = source.subtitle { parts.append(subtitle.escapedForMarkdown) }
    if !notebook.tables.isEmpty { parts.append("> \(dataStatement.escapedForMarkdown)") }
    parts += blocks.compactMap { block in
      guard case .cell(let cell) = block else { return Self.markdown(block) }
      return cell.parts.map(Self.markdown).joined(separator: "\n\n")
    }
    parts.append("Made by `\(command.onOneLine)` from `\(source.file.onOneLine)` and the records of the runs alone.")
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// A part of the prose as Markdown; nil for a cell.
  static func markdown(_ block: Block) -> String? {
    switch block {
    case .heading(let text, let level, _): String(repeating: "#", count: level + 1) + " " + text.markdown
    case .paragraph(let text): text.markdown.guardedAsParagraph
    case .notice(let text): "> " + text.markdown
    case .list(let items, let isNumbered):
      items.enumerated().map { "\(isNumbered ? "\($0.offset + 1)." : "-") \($0.element.markdown)" }.joined(
        separator: "\n")
    case .code(let text): text.fencedForMarkdown
    case .cell: nil
    }
  }

  /// A part of a cell as Markdown.
  static func markdown(_ part: Part) -> String {
    switch part.part {
    case .table(let table, _): return table.markdown(label: part.label)
    case .picture(let picture):
      let file = picture.svg == nil ? "\(picture.name).jpg" : "\(picture.name).svg"
      return "![\(picture.alternative.escapedForMarkdown)](\(file))\n\n**\(part.label).** \(picture.caption.markdown)"
    case .list(let items): return items.map { "- \($0.markdown)" }.joined(separator: "\n")
    case .code(let text): return text.fencedForMarkdown
    case .gap(let text): return "> **Gap.** \(text.markdown)"
    }
  }

  /// The tables for LaTeX.
  func latex(_ blocks: [Block]) -> String {
    var lines = [
      "% \(source.title.onOneLine)", "% \(dataStatement.onOneLine)", "% Made by: \(command.onOneLine)",
      Table.packagesForLaTeX, "",
    ]
    for part in Self.parts(blocks) {
      if case .table(let table, _) = part.part { lines += [table.latex(), ""] }
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The lines in a fence that is longer than any run of its sign within.
  var fencedForMarkdown: String {
    var fence = "```"
    while contains(fence) { fence += "`" }
    return "\(fence)\n\(self)\n\(fence)"
  }

  /// Markdown whose first characters cannot start a list or a heading.
  var guardedAsParagraph: String {
    guard let first, "-+=".contains(first) || prefixMatch(of: #/[0-9]+[.)] /#) != nil else { return self }
    return first.isNumber ? replacing(/^([0-9]+)([.)])/) { "\($0.1)\\\($0.2)" } : "\\" + self
  }
}
