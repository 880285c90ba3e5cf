extension Typeset {
  /// As Markdown, with everything from outside escaped.
  var markdown: String {
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
    var result = ""
    for character in onOneLine {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$", "!": result += "\\\(character)"
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }

  /// A link's target: spaces, brackets and angles by their codes, so that none ends it.
  package var escapedForMarkdownTarget: String {
    onOneLine.reduce(into: "") { result, character in
      switch character {
      case " ": result += "%20"
      case "(": result += "%28"
      case ")": result += "%29"
      case "<": result += "%3C"
      case ">": result += "%3E"
      case "\\": result += "%5C"
      default: result.append(character)
      }
    }
  }

  /// A code span; its fence is longer than any run of backticks inside, and a bar is escaped for tables.
  package var asMarkdownCode: String {
    var longest = 0
    var current = 0
    for character in self {
      current = character == "`" ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let space = longest > 0 ? " " : ""
    return fence + space + onOneLine.replacing("|", with: "\\|") + space + fence
  }
}
