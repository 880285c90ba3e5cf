import Foundation

extension Block {
  /// The block as HTML.
  ///
  /// Pictures are images by data URI, not markup of the page: whatever a chart's text holds cannot become part of it.
  package func html(label: String) -> String {
    switch self {
    case .heading(let text, let level, let name):
      return "<h\(level + 1) id=\"\(name.escapedForHTML)\">\(text.html)</h\(level + 1)>"
    case .paragraph(let text): return "<p>\(text.html)</p>"
    case .notice(let text): return "<p class=\"notice\">\(text.html)</p>"
    case .list(let items, let isNumbered):
      let tag = isNumbered ? "ol" : "ul"
      return "<\(tag)>\(items.map { "<li>\($0.html)</li>" }.joined())</\(tag)>"
    case .code(let text, let title):
      let code = Self.code(text)
      return title.map { "<details><summary>\($0.escapedForHTML)</summary>\(code)</details>" } ?? code
    case .table(let table, let csv):
      return table.html(label: label, foot: Self.download(table, csv))
    case .figure(let figure): return figure.html(label)
    case .gap(let text): return "<p class=\"gap\"><b>Gap.</b> \(text.html)</p>"
    }
  }

  /// Lines as they are, in a box that keyboards can scroll.
  package static func code(_ text: String) -> String {
    "<pre tabindex=\"0\"><code>\(text.escapedLinesForHTML)</code></pre>"
  }

  private static func download(_ table: Table, _ csv: String) -> String {
    let data = Data(csv.utf8).base64EncodedString()
    let name = table.name.escapedForHTML
    return "<p class=\"tools\"><a download=\"\(name).csv\" href=\"data:text/csv;charset=utf-8;base64,\(data)\">"
      + "Download \(name).csv</a></p>"
  }
}

extension Figure {
  private var image: String {
    let source = svg.map(Self.address) ?? "data:image/jpeg;base64,\((jpeg ?? Data()).base64EncodedString())"
    let image = "<img alt=\"\(alternative.escapedForHTML)\" src=\"\(source)\">"
    return narrow.map {
      "<picture><source media=\"(max-width: 40rem)\" srcset=\"\(Self.address($0))\">\(image)</picture>"
    } ?? image
  }

  private static func address(_ svg: String) -> String {
    "data:image/svg+xml;base64,\(Data(svg.utf8).base64EncodedString())"
  }

  private var opening: String { "<figure class=\"chart\(isWide ? " wide" : "")\" id=\"\(name.escapedForHTML)\">" }

  /// A picture that a link enlarges over the page, by the address alone: no script is needed.
  fileprivate func html(_ label: String) -> String {
    let (name, label) = (name.escapedForHTML, label.escapedForHTML)
    return [
      opening,
      "<div class=\"picture\" id=\"_zoom-\(name)\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label)\">",
      "\(image)</div>",
      "<p class=\"tools\"><a class=\"open\" href=\"#_zoom-\(name)\" aria-label=\"Enlarge \(label)\">Enlarge</a>"
        + "<a class=\"close\" href=\"#\(name)\" aria-label=\"Close \(label)\">Close</a></p></div>",
      "<figcaption><b>\(label).</b> \(caption.html)</figcaption>", "</figure>",
    ].joined(separator: "\n")
  }
}

extension String {
  /// Text of several lines that is safe between tags.
  package var escapedLinesForHTML: String {
    split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0).escapedForHTML }
      .joined(separator: "\n")
  }
}

extension Block {
  /// The block as GitHub's Markdown; a figure shows the file of its name beside the page.
  package func markdown(label: String) -> String {
    switch self {
    case .heading(let text, let level, _): return String(repeating: "#", count: level + 1) + " " + text.markdown
    case .paragraph(let text): return text.markdown.guardedAsParagraph
    case .notice(let text): return "> " + text.markdown
    case .list(let items, let isNumbered):
      return items.enumerated().map { "\(isNumbered ? "\($0.offset + 1)." : "-") \($0.element.markdown)" }
        .joined(separator: "\n")
    case .code(let text, _): return text.fencedForMarkdown
    case .table(let table, _): return table.markdown(label: label)
    case .figure(let figure):
      let file = "\(figure.name).\(figure.jpeg == nil ? "svg" : "jpg")"
      return "![\(figure.alternative.escapedForMarkdown)](\(file))\n\n**\(label).** \(figure.caption.markdown)"
    case .gap(let text): return "> **Gap.** \(text.markdown)"
    }
  }
}

extension String {
  /// The lines in a fence that is longer than any run of its sign within.
  fileprivate var fencedForMarkdown: String {
    var fence = "```"
    while contains(fence) { fence += "`" }
    return "\(fence)\n\(self)\n\(fence)"
  }

  /// Markdown whose first characters cannot start a list or a heading.
  fileprivate var guardedAsParagraph: String {
    guard let first, "-+=".contains(first) || prefixMatch(of: #/[0-9]+[.)] /#) != nil else { return self }
    return first.isNumber ? replacing(/^([0-9]+)([.)])/) { "\($0.1)\\\($0.2)" } : "\\" + self
  }
}
