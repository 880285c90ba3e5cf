import Foundation

extension Document {
  /// The document as one page that needs nothing else: style, charts and script are inside it, nothing is fetched. The
  /// script only adds comfort; without it everything is there. Light or dark follows the reader's system.
  ///
  /// Charts are images by data URI, not markup of the page: whatever a chart's text holds cannot become part of it.
  package func html() -> String {
    var lines = [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"color-scheme\" content=\"light dark\">", "<meta name=\"generator\" content=\"aanet report\">",
      "<title>\(title.escapedForHTML)</title>", "<style>\(Self.style)</style>", "</head>", "<body>", "<main>",
      "<header>", "<h1>\(title.escapedForHTML)</h1>",
    ]
    if let subtitle { lines.append("<p class=\"subtitle\">\(subtitle.html)</p>") }
    lines.append("</header>")
    lines.append(contents)
    var labels = tableLabels[...]
    var figures = 0
    for block in blocks {
      switch block {
      case .heading(let text, let name):
        lines.append("<h2 id=\"\(name.escapedForHTML)\">\(text.escapedForHTML)</h2>")
      case .paragraph(let text): lines.append("<p>\(text.html)</p>")
      case .notice(let text): lines.append("<p class=\"notice\">\(text.html)</p>")
      case .list(let items): lines.append("<ul>\(items.map { "<li>\($0.html)</li>" }.joined())</ul>")
      case .command(let text): lines.append("<pre><code>\(text.escapedForHTML)</code></pre>")
      case .table(let table):
        lines.append(table.html(label: labels.popFirst() ?? ""))
      case .figures(let shown):
        lines.append("<div class=\"figures\">")
        for figure in shown {
          figures += 1
          lines.append(Self.html(figure, number: figures))
        }
        lines.append("</div>")
      }
    }
    if let verification { lines.append(verification) }
    lines += ["</main>", "<script>\(Self.script)</script>", "</body>", "</html>", ""]
    return lines.joined(separator: "\n")
  }

  private var contents: String {
    let items = blocks.compactMap { block -> String? in
      guard case .heading(let text, let name) = block else { return nil }
      return "<li><a href=\"#\(name.escapedForHTML)\">\(text.escapedForHTML)</a></li>"
    }
    return items.isEmpty ? "" : "<nav aria-label=\"Contents\"><ol>\(items.joined())</ol></nav>"
  }

  private static func html(_ figure: Figure, number: Int) -> String {
    let data = Data(figure.svg.utf8).base64EncodedString()
    return [
      "<figure class=\"chart\(figure.isWide ? " wide" : "")\" id=\"\(figure.name.escapedForHTML)\">",
      "<div class=\"scroll\"><img alt=\"\(figure.alternative.escapedForHTML)\" src=\"data:image/svg+xml;base64,\(data)\"></div>",
      "<figcaption><b>Figure \(number).</b> \(figure.caption.html)</figcaption>",
      "</figure>",
    ].joined(separator: "\n")
  }
}
