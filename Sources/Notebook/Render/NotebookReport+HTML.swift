import Documents
import Evidence
import Foundation

extension NotebookReport {
  /// The notebook as one page that needs nothing else: style, pictures and data are inside it, nothing is fetched. Its
  /// script adds comfort (sorting, copying, closing a picture by key) and recomputes the page's figures; without it everything
  /// is there.
  func html(_ parts: [Part]) throws -> String {
    var lines = Page.head(
      title: source.title, style: Page.style, extra: ["<link rel=\"icon\" href=\"data:,\">"])
    lines += [
      "<body>", "<a class=\"skip\" href=\"#_content\">To the content</a>",
      "<header class=\"page\">", "<h1>\(source.title.escapedForHTML)</h1>",
    ]
    if let subtitle = source.subtitle { lines.append("<p class=\"subtitle\">\(subtitle.escapedForHTML)</p>") }
    lines += ["</header>", contents(parts), "<main id=\"_content\">"]
    if let dataStatement { lines.append("<p class=\"notice\">\(dataStatement.escapedForHTML)</p>") }
    lines += main(parts)
    lines += [
      "<footer><h2 id=\"_made-by\">How this page was made</h2>",
      "<p>From <code>\(source.file.escapedForHTML)</code> and the records of the runs alone, by</p>",
      Block.code(command),
      "<p>Numbers in sentences are looked up, never typed: <span class=\"value measured\">measured</span> ones are in plain "
        + "letters over a dotted line, the paper’s <span class=\"value published\">published</span> ones in grey italics.</p>",
      "</footer>",
    ]
    let records = notebook.records
    if !records.isEmpty { lines.append(try PageManifest(of: records).html()) }
    lines.append("</main>")
    return (lines + Page.end).joined(separator: "\n")
  }

  private func main(_ parts: [Part]) -> [String] {
    Self.lines(
      parts.map { part in
        switch part {
        case .prose(let block): (block.html(label: ""), false)
        case .cell(let cell): (Self.html(cell), cell.parts.count == 1 && cell.parts[0].block.isNarrow)
        }
      })
  }

  private static func html(_ cell: RenderedCell) -> String {
    // References lead to the cell's first table or picture, which bears its name; another content bears it here.
    let name = cell.name.escapedForHTML
    let id = cell.label.isEmpty ? " id=\"\(name)\"" : ""
    let fenced = "```\(cell.kind)\n\(cell.source)\n```"
    return
      (["<section class=\"cell\"\(id) aria-label=\"\(cell.kind.escapedForHTML): \(name)\">"]
      + lines(cell.parts.map { ($0.block.html(label: $0.label), $0.block.isNarrow) }) + [
        "<details class=\"source\"><summary>Source of <code>\(name)</code></summary>\(Block.code(fenced))</details>",
        "</section>",
      ]).joined(separator: "\n")
  }

  /// One after the other; narrow pictures in a row stand side by side where there is room.
  private static func lines(_ items: [(html: String, isNarrow: Bool)]) -> [String] {
    var lines: [String] = []
    var isRow = false
    for (place, item) in items.enumerated() {
      if item.isNarrow, !isRow, place + 1 < items.count, items[place + 1].isNarrow {
        lines.append("<div class=\"figures\">")
        isRow = true
      } else if isRow, !item.isNarrow {
        lines.append("</div>")
        isRow = false
      }
      lines.append(item.html)
    }
    return isRow ? lines + ["</div>"] : lines
  }

  /// Headings, nested as they are.
  private func contents(_ parts: [Part]) -> String {
    var lines = ["<nav class=\"contents\" aria-label=\"Contents\"><details><summary>Contents</summary>"]
    var depth = 0
    for case .prose(.heading(let text, let level, let name)) in parts {
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

extension Block {
  fileprivate var isNarrow: Bool { if case .figure(let figure) = self { !figure.isWide } else { false } }
}
