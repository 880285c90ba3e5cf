import Documents

/// One of the paper's four losses, and how it is written and drawn.
package struct LossTerm: Hashable, Sendable {
  /// Its task's name in settings and records: `attention`.
  package let name: String
  /// Its name in words, on charts.
  package let title: String
  /// Its subscript in the paper (Section 4.2): `aa`.
  package let mark: String

  /// All four, in the order of the paper's sum.
  package static let all = [
    LossTerm(name: "global", title: "global", mark: "g"),
    LossTerm(name: "part", title: "part", mark: "p"),
    LossTerm(name: "attribute", title: "attribute", mark: "a"),
    LossTerm(name: "attention", title: "attention", mark: "aa"),
  ]

  /// The loss as the paper writes it, ℒ with its subscript.
  package var symbol: Typeset { Typeset([.symbol("L", subscript: mark)]) }

  /// Lₐₐ where only letters are at hand.
  package var plain: String { "L\(mark)" }
}
