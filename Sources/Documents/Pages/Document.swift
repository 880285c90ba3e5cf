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

/// What every page of HTML starts and ends with.
package enum Page {
  /// The page that is opened, among the files of a report.
  package static let file = "index.html"

  /// The lines up to the body. `extra` are further lines for the head.
  package static func head(title: String, style: String, extra: [String] = []) -> [String] {
    [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"color-scheme\" content=\"light dark\">", "<meta name=\"generator\" content=\"aanet report\">",
    ] + extra + ["<title>\(title.escapedForHTML)</title>", "<style>\(style)</style>", "</head>"]
  }

  /// The lines behind the main part: the script, and the end.
  package static var end: [String] { ["<script>\(script)</script>", "</body>", "</html>", ""] }

  /// A paper's supplement, on screen, on a phone and in print.
  ///
  /// Measured and published figures differ in more than hue (the published ones are grey, italic and behind a rule), so
  /// that neither a colour-blind reader nor a black-and-white print can take one for the other. Charts keep a light
  /// card on a dark page: their colours are chosen against white.
  package static let style = text(of: PackageResources.page_css)
  /// What a notebook's page adds: contents at the side where there is room, tools, zoom.
  package static let notebookStyle = text(of: PackageResources.notebook_css)
  /// Comfort: sorting by a column, copying a source, closing an enlarged picture by Escape. It fetches nothing and makes
  /// no markup from text.
  package static let script = text(of: PackageResources.page_js)

  /// A file that the build put into the program, on lines of its own between its tags.
  package static func text(of file: [UInt8]) -> String { "\n" + String(decoding: file, as: UTF8.self) }
}
