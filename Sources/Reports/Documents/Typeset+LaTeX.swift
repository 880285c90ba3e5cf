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
    var result = ""
    for character in onOneLine {
      switch character {
      case "\\": result += "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "%", "_": result += "\\\(character)"
      case "^": result += "\\textasciicircum{}"
      case "~": result += "\\textasciitilde{}"
      case "<": result += "\\textless{}"
      case ">": result += "\\textgreater{}"
      case "`": result += "\\textasciigrave{}"
      case "'": result += "\\textquotesingle{}"
      case "\"": result += "\\textquotedbl{}"
      case "−": result += "$-$"
      case "±": result += "$\\pm$"
      case "→": result += "$\\rightarrow$"
      case "Δ": result += "$\\Delta$"
      case "σ": result += "$\\sigma$"
      case "λ": result += "$\\lambda$"
      case "²": result += "$^2$"
      case "×": result += "$\\times$"
      case "–": result += "--"
      case "—": result += "---"
      case "…": result += "\\ldots{}"
      case "’": result += "'"
      default: result.append(character)
      }
    }
    return result
  }
}
