extension Table {
  /// The table as GitHub's Markdown. A group's heading is joined to those of its columns, since Markdown has one line
  /// of heads; a section's heading becomes a row of its own.
  package func markdown(label: String) -> String {
    var lines = ["**\(label.escapedForMarkdown).** \(caption.markdown)", ""]
    let heads = columns.indices.map { index in
      group(of: index).map { "\($0.title.markdown): \(columns[index].title.markdown)" } ?? columns[index].title.markdown
    }
    lines.append(row(heads))
    lines.append(row(columns.map { $0.alignment.isLeading ? ":--" : "--:" }))
    for section in sections {
      if let title = section.title {
        lines.append(row(["**\(title.markdown)**"] + columns.dropFirst().map { _ in "" }))
      }
      lines += section.rows.map { row($0.map(\.markdown)) }
    }
    for note in notes { lines += ["", note.markdown] }
    return lines.joined(separator: "\n")
  }

  private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}
