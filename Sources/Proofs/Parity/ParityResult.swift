/// How far the engine is from a golden case, tensor by tensor.
package struct ParityResult: Sendable {
  /// What is compared, each with a tolerance of its own.
  package enum Group: String, Sendable, CaseIterable {
    /// The training pass: X, the descriptor, the attention map, the part rows, and all else that it shows of its inside.
    case forward
    /// Each loss and the total.
    case loss
    /// The gradient of every parameter and of X.
    case gradient
    /// Parameters and running statistics after three steps, and the loss before each.
    case afterSteps = "after_steps"
    /// The evaluation pass after the steps, and what was measured of parameters.
    case evaluation

    /// The largest error that passes.
    package var tolerance: Double {
      switch self {
      case .forward, .loss: 1e-4
      case .gradient: 1e-3
      case .afterSteps, .evaluation: 5e-3
      }
    }
  }

  /// One tensor's error.
  package struct Comparison: Sendable {
    /// The tensor's name in the case.
    package let name: String
    /// What it belongs to.
    package let group: Group
    /// The largest difference, relative to the tensor's largest magnitude; infinite where a shape or a part's row
    /// differs.
    package let error: Double
  }

  /// The case's name.
  package let name: String
  /// All comparisons, in the order in which the replay made them.
  package let comparisons: [Comparison]
  /// The groups that a case of this kind has.
  private let expected: Set<Group>

  /// - Parameter groups: those that must be compared.
  init(name: String, comparisons: [Comparison], groups: [Group] = Group.allCases) {
    self.name = name
    self.comparisons = comparisons
    expected = Set(groups)
  }

  /// The largest error of each group that the case has.
  package var groups: [Group: Double] {
    comparisons.reduce(into: [:]) { groups, next in
      groups[next.group] = Self.larger(groups[next.group] ?? 0, next.error)
    }
  }

  /// The comparison that is furthest from its tolerance.
  package var worst: Comparison? {
    comparisons.max { !($0.error / $0.group.tolerance >= $1.error / $1.group.tolerance) }
  }

  /// Whether every group that there must be is within its tolerance.
  package var passed: Bool {
    Set(comparisons.map(\.group)) == expected
      && comparisons.allSatisfy { $0.error <= $0.group.tolerance }
  }

  private static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }
}
