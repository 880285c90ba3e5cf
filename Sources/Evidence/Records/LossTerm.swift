import Charts
import Documents
import Models

/// A task's loss, and how it is written and drawn.
package struct LossTerm: Hashable, Sendable {
  /// Its task's name in settings and records: `attention`.
  package let name: String
  /// Its name in words, on charts.
  package let title: String
  /// Its subscript in the paper (Section 4.2): `aa`.
  package let mark: String
  /// Its curve on charts.
  package let style: SeriesStyle

  /// Of every task, in the order of the paper's sum, as the tasks themselves say.
  package static let all = TaskSet.all.enumerated().map { place, task in
    LossTerm(name: task.name.rawValue, title: task.name.title, mark: task.mark, style: .task(place))
  }

  /// The loss as the paper writes it, ℒ with its subscript.
  package var symbol: Typeset { Typeset([.symbol("L", subscript: mark)]) }

  /// Lₐₐ where only letters are at hand.
  package var plain: String { "L\(mark)" }
}
