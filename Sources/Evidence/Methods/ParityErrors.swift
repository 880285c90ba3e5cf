import Documents
import Foundation
import Support

/// How far the engine was from a golden case: an entry of what `aanet parity FOLDER --format json` wrote.
package struct ParityErrors: Codable, Hashable, Sendable {
  /// The largest error of each group, relative to its tensor's largest magnitude; nil where it is no finite number.
  package struct Groups: Codable, Hashable, Sendable {
    package var forward: Double?
    package var loss: Double?
    package var gradient: Double?
    package var afterSteps: Double?
    package var evaluation: Double?

    package init(
      forward: Double? = nil, loss: Double? = nil, gradient: Double? = nil,
      afterSteps: Double? = nil,
      evaluation: Double? = nil
    ) {
      (self.forward, self.loss, self.gradient, self.afterSteps, self.evaluation) = (
        forward, loss, gradient, afterSteps, evaluation
      )
    }

    enum CodingKeys: String, CodingKey {
      case forward, loss, gradient, evaluation
      case afterSteps = "after_steps"
    }

    fileprivate static var columns: [(title: Typeset, error: (Groups) -> Double?)] {
      [
        ("Forward", \.forward), ("Losses", \.loss), ("Gradients", \.gradient),
        ("After three steps", \.afterSteps),
        ("Evaluation", \.evaluation),
      ]
    }
  }

  package var name: String
  package var passed: Bool
  package var groups: Groups

  package init(name: String, passed: Bool, groups: Groups) {
    (self.name, self.passed, self.groups) = (name, passed, groups)
  }

  enum CodingKeys: String, CodingKey {
    case name = "case"
    case passed, groups
  }

  /// The file among the rendered reports, and what fills it.
  package static let file = "parity.json"
  package static let command =
    "aanet parity Tests/ProofsTests/Fixtures/methods --format json > reports/_out/parity.json"

  /// What was measured last, by case.
  ///
  /// - Returns: nil where there is no file, or what stands in it is not what the command writes.
  package static func read(_ file: URL) -> [ParityErrors]? {
    guard let data = try? AtomicFile.read(file, limit: 1 << 24) else { return nil }
    return try? JSONDecoder().decode([ParityErrors].self, from: data)
  }

  /// Some cases' errors as a table.
  package static func table(_ cases: [ParityErrors], named name: String) -> Table {
    let columns = Groups.columns.map { title, error in
      ColumnOf<ParityErrors>(title) {
        Table.cell(error($0.groups).map { String(format: "%.0e", $0) })
      }
    }
    return Table(
      name: name,
      caption:
        "Largest errors against golden numbers, each relative to its tensor’s largest magnitude, as aanet parity measured "
        + "them last on this machine.",
      columns: [ColumnOf<ParityErrors>("Case", .leading) { Typeset($0.name) }] + columns + [
        ColumnOf("Within the tolerances", .leading) { $0.passed ? "yes" : "no" }
      ], sections: [(nil, cases)])
  }
}
