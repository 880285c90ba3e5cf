import Configuration

extension Settings {
  /// How the tasks' losses are added up.
  public struct Loss: Sendable, Hashable {
    /// What each loss is multiplied with.
    public enum Weights: Sendable, Hashable {
      /// Learned: `L = Σ exp(−s_i)·L_i + s_i/2` (paper, Equation 6).
      case uncertainty
      /// Fixed: `L = Σ λ_i L_i` (paper, Equation 2), one λ for each task that is on.
      case fixed([TaskName: Double])
    }

    /// What each loss is multiplied with.
    public var weights: Weights

    /// States the weights; learned by default.
    public init(weights: Weights = .uncertainty) { self.weights = weights }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let weights = try setting?.keys("weights")["weights"], !weights.isWord("uncertainty") else { return }
      guard weights.value.entries != nil else {
        throw weights.mismatch("'uncertainty' or a weight for each task, { global: 1, part: 1 }")
      }
      let keys = try KnownKeys(weights, known: TaskName.allCases.map(\.rawValue))
      var fixed: [TaskName: Double] = [:]
      for task in TaskName.allCases { fixed[task] = try keys[task.rawValue]?.double(in: 0...1e6) }
      self.weights = .fixed(fixed)
    }

    var yaml: YAMLValue {
      switch weights {
      case .uncertainty: return .mapping([("weights", .string("uncertainty"))])
      case .fixed(let fixed):
        let entries = TaskName.allCases.compactMap { task in fixed[task].map { (task.rawValue, YAMLValue.double($0)) } }
        return .mapping([("weights", .mapping(entries))])
      }
    }
  }
}
