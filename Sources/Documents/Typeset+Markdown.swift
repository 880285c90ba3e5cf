extension Typeset {
  /// As Markdown, with everything from outside escaped.
  package var markdown: String {
    pieces.map { piece in
      switch piece {
      case .text(let text), .measured(let text, _): text.escapedForMarkdown
      case .symbol(let base, let sub): "*\(base.escapedForMarkdown)*<sub>\(sub.escapedForMarkdown)</sub>"
      case .code(let text): text.asMarkdownCode
      case .strong(let text): "**\(text.escapedForMarkdown)**"
      case .emphasis(let text): "*\(text.escapedForMarkdown)*"
      case .value(let text, .measured, _, _): text.escapedForMarkdown
      case .value(let text, .published, _, _): "*\(text.escapedForMarkdown)*"
      case .value(let text, .missing, _, _): "**\(text.escapedForMarkdown)**"
      case .reference(let text, _): text.escapedForMarkdown
      case .link(let text, let file): "[\(text.escapedForMarkdown)](\(file.escapedForMarkdownTarget))"
      }
    }.joined()
  }
}

extension String {
  /// Text in which nothing starts a tag, a link, emphasis, code or a table cell.
  ///
  /// A backslash before punctuation is CommonMark's escape; `&` and `<` become entities, since some renderers pass
  /// HTML through before they see the backslash.
  package var escapedForMarkdown: String {
    onOneLine.replacingScalars { scalar in
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$", "!": "\\\(scalar)"
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: nil
      }
    }
  }

  /// A link's target: spaces, brackets and angles by their codes, so that none ends it.
  package var escapedForMarkdownTarget: String {
    onOneLine.replacingScalars { scalar in
      switch scalar {
      case " ": "%20"
      case "(": "%28"
      case ")": "%29"
      case "<": "%3C"
      case ">": "%3E"
      case "\\": "%5C"
      default: nil
      }
    }
  }

  /// A code span; its fence is longer than any run of backticks inside, and a bar is escaped for tables.
  package var asMarkdownCode: String {
    var longest = 0
    var current = 0
    for scalar in unicodeScalars {
      current = scalar == "`" ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let space = longest > 0 ? " " : ""
    return fence + space + onOneLine.replacingScalars { $0 == "|" ? "\\|" : nil } + space + fence
  }
}
