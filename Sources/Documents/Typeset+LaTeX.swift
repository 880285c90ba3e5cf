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
