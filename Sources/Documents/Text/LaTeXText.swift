/// A text as LaTeX source, with the room that it takes: what no line can be broken in, and what stands between.
///
/// Widths are those of Computer Modern, LaTeX's own typeface, in em, which grow and shrink with the size of the type. What
/// is not in the list below is taken for as wide as the widest letter: a text is never wider than this says.
struct LaTeXText {
  private(set) var source = ""
  /// The stretches that no line can be broken in, with the space before each.
  private(set) var stretches: [(space: Double, width: Double)] = [(0, 0)]

  /// A word longer than this can be broken behind its punctuation, and behind every eighth sign that has none near: a path,
  /// a digest, a command.
  private static let longestWord = 16
  private static let longestRun = 8

  init(_ text: Typeset) {
    for piece in text.pieces {
      switch piece {
      case .text(let text), .reference(let text, _), .link(let text, _), .measured(let text, _),
        .value(let text, .measured, _, _):
        add(text)
      case .symbol("L", let sub): addSymbol("\\mathcal{L}", 0.69, sub)
      case .symbol("λ", let sub): addSymbol("\\lambda", 0.58, sub)
      case .symbol(let base, let sub):
        add(base)
        source += "\\textsubscript{\(sub.escapedForLaTeX)}"
        extend(by: Self.width(of: sub) * 0.8)
      case .code(let text): add(text, in: "texttt") { _ in 0.525 }
      case .strong(let text), .value(let text, .missing, _, _): add(text, in: "textbf") { Self.width(of: $0) * 1.17 }
      case .emphasis(let text), .value(let text, .published, _, _):
        add(text, in: "emph") { Self.width(of: $0) * 1.03 }
      }
    }
  }

  var width: Double { stretches.reduce(0) { $0 + $1.space + $1.width } }

  /// The least width that it fits in.
  var least: Double { stretches.reduce(0) { max($0, $1.width) } }

  /// The lines that it takes in a width.
  func lines(in room: Double) -> Int {
    var lines = 1
    var used = 0.0
    for stretch in stretches {
      if used > 0, used + stretch.space + stretch.width > room {
        lines += 1
        used = stretch.width
      } else {
        used += stretch.space + stretch.width
      }
    }
    return lines
  }

  private mutating func add(
    _ text: String, in command: String? = nil, width: (Unicode.Scalar) -> Double = { Self.width(of: $0) }
  ) {
    let words = text.onOneLine.split(separator: " ", omittingEmptySubsequences: false)
    if let command { source += "\\\(command){" }
    for (number, word) in words.enumerated() {
      if number > 0 {
        source += " "
        stretches.append((width(" "), 0))
      }
      let canBreak = word.unicodeScalars.count > Self.longestWord
      var run = 0
      for scalar in word.unicodeScalars {
        let isPunctuation = "/_.,:;=+@-–—…)]}".unicodeScalars.contains(scalar)
        // A new line begins with what closes the one before only where there is no end of it.
        if canBreak, run >= (isPunctuation ? 2 : 1) * Self.longestRun {
          source += "\\allowbreak{}"
          stretches.append((0, 0))
          run = 0
        }
        source += String(scalar).escapedForLaTeX
        extend(by: width(scalar))
        run = isPunctuation ? max(run + 1, Self.longestRun) : run + 1
      }
    }
    if command != nil { source += "}" }
  }

  private mutating func addSymbol(_ base: String, _ width: Double, _ sub: String) {
    source += "$\(base)_{\\mathrm{\(sub.escapedForLaTeX)}}$"
    extend(by: width + Self.width(of: sub) * 0.8 + 0.05)
  }

  private mutating func extend(by width: Double) { stretches[stretches.count - 1].width += width }

  private static func width(of text: String) -> Double { text.unicodeScalars.reduce(0) { $0 + width(of: $1) } }

  /// The width of a sign in em.
  private static func width(of scalar: Unicode.Scalar) -> Double {
    letters[scalar] ?? (scalar.properties.generalCategory == .nonspacingMark ? 0 : 1.03)
  }

  /// Widths in thousandths of an em (cmr10, and cmmi10 and cmsy10 for what is set as mathematics).
  private static let letters: [Unicode.Scalar: Double] = {
    var widths: [Unicode.Scalar: Double] = [:]
    for (thousandths, signs) in [
      (278, ".,:;!|il'’‘"), (306, "fj"), (333, " -"), (389, "t()[]"), (392, "r"), (394, "s"), (444, "cez"), (361, "I"),
      (472, "?"), (500, "0123456789aogq/*$~^`\"_{}\\–“”²"), (514, "J"), (528, "kvxyq"), (556, "bdhnpuS"), (583, "λ"),
      (571, "σ"), (611, "Z"), (625, "L"), (653, "F"), (681, "EP"), (708, "B"), (722, "wCT"), (736, "R"), (764, "D"),
      (750, "AHNUVXY"), (778, "KOQ&@<>+=−±×"), (785, "G"), (833, "m%#Δ"), (917, "M"), (1000, "—→"), (1028, "W"),
      // Three points with their kerns, behind which LaTeX leaves a sentence's space.
      (1445, "…"),
    ] as [(Double, String)] {
      for scalar in signs.unicodeScalars { widths[scalar] = thousandths / 1000 }
    }
    return widths
  }()
}
