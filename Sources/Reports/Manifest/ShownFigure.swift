import Foundation

/// A figure as a page shows it, `45.46 ± 2.06` or `45.46`: numbers and how many decimals each is rounded to.
struct ShownFigure {
  /// A number as shown.
  struct Number {
    /// Its value.
    var value: Double
    /// Half of its last decimal: how far the exact value may lie from it.
    var half: Double

    /// Whether an exact value is shown like this.
    func shows(_ exact: Double) -> Bool { abs(value - exact) <= half + 1e-9 }
  }

  /// The mean.
  var mean: Number
  /// The deviation, where one is shown.
  var deviation: Number?

  /// Reads a figure; nil where the text is none.
  init?(_ text: String) {
    let match = text.wholeMatch(
      of: /\s*([−-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?:\s*±\s*([0-9]{1,15}(?:\.[0-9]{1,15})?))?\s*/)
    guard let match, let mean = Self.number(match.1) else { return nil }
    self.mean = mean
    deviation = match.2.flatMap(Self.number)
  }

  private static func number(_ text: Substring) -> Number? {
    guard let value = Double(text.replacing("−", with: "-")) else { return nil }
    let decimals = text.split(separator: ".", maxSplits: 1).dropFirst().first?.count ?? 0
    return Number(value: value, half: 0.5 * pow(10, -Double(decimals)))
  }
}
