import Support

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

extension Typeset {
  /// As LaTeX text, with everything from outside escaped.
  package var latex: String { LaTeXText(self).source }
}

extension String {
  /// Text in which nothing is a command; the signs that reports use become mathematics, so that the file compiles with
  /// plain pdfLaTeX.
  package var escapedForLaTeX: String {
    onOneLine.replacingScalars { scalar in
      switch scalar {
      case "\\": "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "%", "_": "\\\(scalar)"
      case "^": "\\textasciicircum{}"
      case "~": "\\textasciitilde{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "`": "\\textasciigrave{}"
      case "'": "\\textquotesingle{}"
      case "\"": "\\textquotedbl{}"
      case "−": "$-$"
      case "±": "$\\pm$"
      case "→": "$\\rightarrow$"
      case "²": "$^2$"
      case "×": "$\\times$"
      case "≤": "$\\le$"
      case "≥": "$\\ge$"
      case "≈": "$\\approx$"
      case "–": "--"
      case "—": "---"
      case "…": "\\ldots{}"
      case "’": "'"
      default: greekForLaTeX[scalar].map { "$\\\($0)$" }
      }
    }
  }
}

/// What pdfLaTeX calls the Greek letters that it has signs for; the others look like Latin ones.
private let greekForLaTeX: [Unicode.Scalar: String] = [
  "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi",
  "Ω": "Omega", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta",
  "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
  "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "µ": "mu",
]
