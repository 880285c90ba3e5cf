extension Document {
  /// The document as GitHub's Markdown; a figure shows the file of its name beside the document.
  package func markdown() -> String {
    var parts = ["# \(title.escapedForMarkdown)"]
    if let subtitle { parts.append(subtitle.markdown) }
    var labels = tableLabels[...]
    var figures = 0
    for block in blocks {
      switch block {
      case .heading(let text, _): parts.append("## \(text.escapedForMarkdown)")
      case .paragraph(let text): parts.append(text.markdown)
      case .notice(let text): parts.append("> \(text.markdown)")
      case .list(let items): parts.append(items.map { "- \($0.markdown)" }.joined(separator: "\n"))
      case .command(let text): parts.append("    \(text.onOneLine)")
      case .table(let table):
        parts.append(table.markdown(label: labels.popFirst() ?? ""))
      case .figures(let shown):
        for figure in shown {
          figures += 1
          parts.append("![\(figure.alternative.escapedForMarkdown)](\(figure.name).svg)")
          parts.append("**Figure \(figures).** \(figure.caption.markdown)")
        }
      }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }
}
