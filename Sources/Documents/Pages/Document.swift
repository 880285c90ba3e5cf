/// A page of a report before it has a format: a title and blocks in order.
package struct Document: Sendable {
  package var title: String
  package var subtitle: Typeset?
  package var blocks: [Block]
  /// What the page is checked by, as HTML at the end of its main part; other formats have none.
  package var verification: String?

  package init(title: String, subtitle: Typeset? = nil, blocks: [Block]) {
    (self.title, self.subtitle, self.blocks) = (title, subtitle, blocks)
  }

  /// The whole as GitHub's Markdown.
  package func markdown() -> String {
    let head = ["# \(title.escapedForMarkdown)"] + (subtitle.map { [$0.markdown] } ?? [])
    let parts = PageForm.report.numbered(blocks).map { $0.block.markdown(label: $0.label, in: .report) }
    return (head + parts).joined(separator: "\n\n") + "\n"
  }

  /// The whole as one page that needs nothing else: style, charts and script are inside it, nothing is fetched. The
  /// script only adds comfort; without it everything is there. Light or dark follows the reader's system.
  package func html() -> String {
    var lines = Page.head(title: title, style: Page.style) + ["<body>", "<main>", "<header>"]
    lines.append("<h1>\(title.escapedForHTML)</h1>")
    if let subtitle { lines.append("<p class=\"subtitle\">\(subtitle.html)</p>") }
    lines += ["</header>", contents]
    var isAmongFigures = false
    for (label, block) in PageForm.report.numbered(blocks) {
      let isFigure = if case .figure = block { true } else { false }
      // Figures in a row stand side by side where there is room.
      if isFigure != isAmongFigures { lines.append(isFigure ? "<div class=\"figures\">" : "</div>") }
      isAmongFigures = isFigure
      lines.append(block.html(label: label, in: .report))
    }
    if isAmongFigures { lines.append("</div>") }
    if let verification { lines.append(verification) }
    lines.append("</main>")
    return (lines + Page.end).joined(separator: "\n")
  }

  private var contents: String {
    let items = blocks.compactMap { block -> String? in
      guard case .heading(let text, _, let name) = block else { return nil }
      return "<li><a href=\"#\(name.escapedForHTML)\">\(text.html)</a></li>"
    }
    return items.isEmpty ? "" : "<nav aria-label=\"Contents\"><ol>\(items.joined())</ol></nav>"
  }
}
