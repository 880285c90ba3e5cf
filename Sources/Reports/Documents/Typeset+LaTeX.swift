import Configuration

extension Typeset {
  /// As LaTeX text, with everything from outside escaped.
  var latex: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text.escapedForLaTeX
      case .symbol("L", let sub): "$\\mathcal{L}_{\\mathrm{\(sub.escapedForLaTeX)}}$"
      case .symbol("λ", let sub): "$\\lambda_{\\mathrm{\(sub.escapedForLaTeX)}}$"
      case .symbol(let base, let sub): "\(base.escapedForLaTeX)\\textsubscript{\(sub.escapedForLaTeX)}"
      case .code(let text): "\\texttt{\(text.escapedForLaTeX)}"
      case .strong(let text): "\\textbf{\(text.escapedForLaTeX)}"
      case .emphasis(let text): "\\emph{\(text.escapedForLaTeX)}"
      case .value(let text, .measured, _, _): text.escapedForLaTeX
      case .value(let text, .published, _, _): "\\emph{\(text.escapedForLaTeX)}"
      case .value(let text, .missing, _, _): "\\textbf{\(text.escapedForLaTeX)}"
      case .reference(let text, _): text.escapedForLaTeX
      case .link(let text, _), .measured(let text, _): text.escapedForLaTeX
      }
    }.joined()
  }
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
      case "Δ": "$\\Delta$"
      case "σ": "$\\sigma$"
      case "λ": "$\\lambda$"
      case "²": "$^2$"
      case "×": "$\\times$"
      case "–": "--"
      case "—": "---"
      case "…": "\\ldots{}"
      case "’": "'"
      default: nil
      }
    }
  }
}
