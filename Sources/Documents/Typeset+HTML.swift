extension Typeset {
  /// As HTML, with everything from outside escaped.
  package var html: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text.escapedForHTML
      case .symbol(let base, let sub): "<i>\(base.escapedForHTML)</i><sub>\(sub.escapedForHTML)</sub>"
      case .code(let text): "<code>\(text.escapedForHTML)</code>"
      case .strong(let text): "<strong>\(text.escapedForHTML)</strong>"
      case .emphasis(let text): "<em>\(text.escapedForHTML)</em>"
      case .value(let text, let origin, let of, let evidence):
        "<span class=\"value \(origin.rawValue)\" title=\"\(of.escapedForHTML)\"\(evidence?.attributes ?? "")>"
          + "\(text.escapedForHTML)</span>"
      case .reference(let text, let name): "<a href=\"#\(name.escapedForHTML)\">\(text.escapedForHTML)</a>"
      case .link(let text, let file): "<a href=\"\(file.escapedForHTML)\">\(text.escapedForHTML)</a>"
      case .measured(let text, let evidence): "<span\(evidence.attributes)>\(text.escapedForHTML)</span>"
      }
    }.joined()
  }
}

extension Typeset.Evidence {
  /// The attributes by which the page's script and `aanet verify` find a figure's runs.
  fileprivate var attributes: String {
    " data-run=\"\(runs.joined(separator: " ").escapedForHTML)\" data-metric=\"\(metric.escapedForHTML)\" data-value=\"\(value)\""
  }
}

extension String {
  /// Text that is safe between tags and inside a quoted attribute.
  package var escapedForHTML: String {
    onOneLine.replacingScalars { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      default: nil
      }
    }
  }
}
