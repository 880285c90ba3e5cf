import Documents

/// One of the paper's four task losses, and how it is written.
package struct TaskLoss: Hashable, Sendable {
  /// Its name in settings and records: `attention`.
  package let name: String
  /// Its name in words, on charts.
  package let title: String
  /// Its subscript in the paper (Section 4.2): `aa`.
  package let mark: String

  /// All four, in the order of the paper's sum.
  package static let all = [
    TaskLoss(name: "global", title: "global", mark: "g"),
    TaskLoss(name: "part", title: "part", mark: "p"),
    TaskLoss(name: "attribute", title: "attribute", mark: "a"),
    TaskLoss(name: "attention", title: "attention", mark: "aa"),
  ]

  /// The loss as the paper writes it, ℒ with its subscript.
  var symbol: Typeset { Typeset([.symbol("L", subscript: mark)]) }

  /// A sum of losses as the paper's first column writes it.
  static func sum(of names: [String]) -> Typeset {
    let terms = all.filter { names.contains($0.name) }
    return terms.dropFirst().reduce(terms.first?.symbol ?? "") { $0 + " + " + $1.symbol }
  }
}
