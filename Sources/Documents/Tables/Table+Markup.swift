extension Table {
  /// The table as HTML, in a box of its own that scrolls where the page is narrower.
  ///
  /// - Parameter foot: HTML of ours that stands under the notes.
  package func html(label: String, foot: String = "") -> String {
    var lines = ["<figure class=\"table\" id=\"\(name.escapedForHTML)\">"]
    if let summary {
      lines.append("<details class=\"folded\"><summary><b>\(label.escapedForHTML).</b> \(summary.html)</summary>")
      lines.append("<p class=\"caption\">\(caption.html)</p>")
    } else {
      lines.append("<figcaption><b>\(label.escapedForHTML).</b> \(caption.html)</figcaption>")
    }
    lines.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label.escapedForHTML)\"><table>")
    lines.append("<thead>")
    if !groups.isEmpty {
      let cells = spans.map { span -> String in
        guard let group = group(of: span.columns.lowerBound) else { return "<td></td>" }
        return "<th scope=\"colgroup\" class=\"\(group.origin.rawValue)\" colspan=\"\(span.columns.count)\">"
          + "\(group.title.html)</th>"
      }
      lines.append("<tr class=\"groups\">\(cells.joined())</tr>")
    }
    let heads = columns.indices.map { "<th scope=\"col\"\(style(of: $0))>\(columns[$0].title.html)</th>" }
    lines.append("<tr>\(heads.joined())</tr>")
    lines.append("</thead>")
    for section in sections {
      lines.append("<tbody>")
      if let title = section.title {
        lines.append(
          "<tr class=\"section\"><th scope=\"rowgroup\" colspan=\"\(columns.count)\">\(title.html)</th></tr>")
      }
      for row in section.rows {
        let cells = row.indices.map { index in
          index == 0
            ? "<th scope=\"row\"\(style(of: 0))>\(row[0].html)</th>" : "<td\(style(of: index))>\(row[index].html)</td>"
        }
        lines.append("<tr>\(cells.joined())</tr>")
      }
      lines.append("</tbody>")
    }
    lines.append("</table></div>")
    if !notes.isEmpty {
      lines.append("<div class=\"notes\">\(notes.map { "<p>\($0.html)</p>" }.joined())</div>")
    }
    if !foot.isEmpty { lines.append(foot) }
    lines.append(summary == nil ? "</figure>" : "</details></figure>")
    return lines.joined(separator: "\n")
  }

  private func style(of column: Int) -> String {
    let side =
      switch columns[column].alignment {
      case .leading: "words"
      case .sentences: "words sentences"
      case .trailing: "number"
      }
    return " class=\"\(side)\(group(of: column).map { " \($0.origin.rawValue)" } ?? "")\""
  }
}

extension Table {
  /// The table as GitHub's Markdown. A group's heading is joined to those of its columns, since Markdown has one line
  /// of heads; a section's heading becomes a row of its own. GitHub folds what stands in HTML's `details`.
  package func markdown(label: String) -> String {
    let start = summary.map { "<details><summary><b>\(label.escapedForHTML).</b> \($0.plain.escapedForHTML)</summary>" }
    var lines =
      start.map { [$0, "", caption.markdown, ""] } ?? ["**\(label.escapedForMarkdown).** \(caption.markdown)", ""]
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
    if summary != nil { lines += ["", "</details>"] }
    return lines.joined(separator: "\n")
  }

  private func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
}
