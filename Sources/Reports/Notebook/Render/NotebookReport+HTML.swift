import Documents
import Foundation

extension NotebookReport {
  /// The notebook as one page that needs nothing else: style, pictures and data are inside it, nothing is fetched. Its
  /// script adds comfort (sorting, copying, closing a picture by key) and recomputes the page's figures; without it everything
  /// is there.
  func html(_ blocks: [Block]) throws -> String {
    var lines = [
      "<!doctype html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<meta name=\"color-scheme\" content=\"light dark\">", "<meta name=\"generator\" content=\"aanet report\">",
      "<link rel=\"icon\" href=\"data:,\">",
      "<title>\(source.title.escapedForHTML)</title>", "<style>\(Document.style)\(Self.style)</style>", "</head>",
      "<body>",
      "<a class=\"skip\" href=\"#_content\">To the content</a>",
      "<header class=\"page\">", "<h1>\(source.title.escapedForHTML)</h1>",
    ]
    if let subtitle = source.subtitle { lines.append("<p class=\"subtitle\">\(subtitle.escapedForHTML)</p>") }
    lines += ["</header>", contents(blocks), "<main id=\"_content\">"]
    if !notebook.tables.isEmpty { lines.append("<p class=\"notice\">\(dataStatement.escapedForHTML)</p>") }
    lines += main(blocks)
    lines += [
      "<footer><h2 id=\"_made-by\">How this page was made</h2>",
      "<p>From <code>\(source.file.escapedForHTML)</code> and the records of the runs alone, by</p>",
      Self.code(command),
      "<p>Numbers in sentences are looked up, never typed: <span class=\"value measured\">measured</span> ones are in plain "
        + "letters over a dotted line, the paper’s <span class=\"value published\">published</span> ones in grey italics.</p>",
      "</footer>",
    ]
    let records = notebook.tables.flatMap(\.report.source.finished)
    if !records.isEmpty { lines.append(try PageManifest(of: records).html()) }
    lines += ["</main>", "<script>\(Document.script)</script>", "</body>", "</html>", ""]
    return lines.joined(separator: "\n")
  }

  /// The blocks one after the other; cells of one narrow picture each stand side by side where there is room.
  private func main(_ blocks: [Block]) -> [String] {
    var lines: [String] = []
    var isRow = false
    for (place, block) in blocks.enumerated() {
      let isNarrow = Self.isNarrow(block)
      if isNarrow, !isRow, place + 1 < blocks.count, Self.isNarrow(blocks[place + 1]) {
        lines.append("<div class=\"figures\">")
        isRow = true
      } else if isRow, !isNarrow {
        lines.append("</div>")
        isRow = false
      }
      lines.append(html(block))
    }
    return isRow ? lines + ["</div>"] : lines
  }

  private static func isNarrow(_ block: Block) -> Bool {
    guard case .cell(let cell) = block, cell.parts.count == 1, case .picture(let picture) = cell.parts[0].part else {
      return false
    }
    return !picture.isWide
  }

  private func html(_ block: Block) -> String {
    switch block {
    case .heading(let text, let level, let name):
      return "<h\(level + 1) id=\"\(name.escapedForHTML)\">\(text.html)</h\(level + 1)>"
    case .paragraph(let text): return "<p>\(text.html)</p>"
    case .notice(let text): return "<p class=\"notice\">\(text.html)</p>"
    case .list(let items, let isNumbered):
      let tag = isNumbered ? "ol" : "ul"
      return "<\(tag)>\(items.map { "<li>\($0.html)</li>" }.joined())</\(tag)>"
    case .code(let text): return Self.code(text)
    case .cell(let cell): return html(cell)
    }
  }

  /// Lines as they are, in a box that keyboards can scroll.
  private static func code(_ text: String) -> String {
    "<pre tabindex=\"0\"><code>\(text.escapedLinesForHTML)</code></pre>"
  }

  private func html(_ cell: RenderedCell) -> String {
    // References lead to the cell's first table or picture, which bears its name; another content bears it here.
    let hasOwn = cell.parts.contains { !$0.label.isEmpty }
    var lines = [
      "<section class=\"cell\"\(hasOwn ? "" : " id=\"\(cell.name.escapedForHTML)\"") aria-label=\"\(cell.kind.escapedForHTML): \(cell.name.escapedForHTML)\">"
    ]
    for part in cell.parts {
      switch part.part {
      case .table(let table, let csv): lines.append(table.html(label: part.label, foot: Self.download(table, csv)))
      case .picture(let picture): lines.append(Self.html(picture, part.label))
      case .list(let items): lines.append("<ul>\(items.map { "<li>\($0.html)</li>" }.joined())</ul>")
      case .code(let text): lines.append("<details><summary>plan.yaml</summary>\(Self.code(text))</details>")
      case .gap(let text): lines.append("<p class=\"gap\"><b>Gap.</b> \(text.html)</p>")
      }
    }
    let fenced = "```\(cell.kind)\n\(cell.source)\n```"
    lines += [
      "<details class=\"source\"><summary>Source of <code>\(cell.name.escapedForHTML)</code></summary>\(Self.code(fenced))</details>",
      "</section>",
    ]
    return lines.joined(separator: "\n")
  }

  private static func download(_ table: Table, _ csv: String) -> String {
    let data = Data(csv.utf8).base64EncodedString()
    return
      "<p class=\"tools\"><a download=\"\(table.name.escapedForHTML).csv\" href=\"data:text/csv;charset=utf-8;base64,\(data)\">"
      + "Download \(table.name.escapedForHTML).csv</a></p>"
  }

  /// A picture that a link enlarges over the page, by the address alone: no script is needed.
  private static func html(_ picture: CellPicture, _ label: String) -> String {
    let name = picture.name.escapedForHTML
    let (kind, data) =
      picture.svg.map { ("svg+xml", Data($0.utf8)) } ?? ("jpeg", picture.jpeg ?? Data())
    return [
      "<figure class=\"chart\(picture.isWide ? " wide" : "")\" id=\"\(name)\">",
      "<div class=\"picture\" id=\"_zoom-\(name)\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label.escapedForHTML)\">",
      "<img alt=\"\(picture.alternative.escapedForHTML)\" src=\"data:image/\(kind);base64,\(data.base64EncodedString())\"></div>",
      "<p class=\"tools\"><a class=\"open\" href=\"#_zoom-\(name)\" aria-label=\"Enlarge \(label.escapedForHTML)\">Enlarge</a>"
        + "<a class=\"close\" href=\"#\(name)\" aria-label=\"Close \(label.escapedForHTML)\">Close</a></p></div>",
      "<figcaption><b>\(label.escapedForHTML).</b> \(picture.caption.html)</figcaption>", "</figure>",
    ].joined(separator: "\n")
  }

  /// Headings, nested as they are.
  private func contents(_ blocks: [Block]) -> String {
    var lines = ["<nav class=\"contents\" aria-label=\"Contents\"><details open><summary>Contents</summary>"]
    var depth = 0
    for case .heading(let text, let level, let name) in blocks {
      if level > depth {
        lines.append("<ol>")
      } else {
        lines.append("</li>" + String(repeating: "</ol></li>", count: depth - level))
      }
      depth = level
      lines.append("<li><a href=\"#\(name.escapedForHTML)\">\(text.plain.escapedForHTML)</a>")
    }
    if depth == 0 { return "" }
    lines.append("</li>" + String(repeating: "</ol></li>", count: depth - 1) + "</ol></details></nav>")
    return lines.joined()
  }
}

extension String {
  /// Text of several lines that is safe between tags.
  var escapedLinesForHTML: String {
    split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0).escapedForHTML }
      .joined(separator: "\n")
  }
}
