import Configuration
import Support

/// How the tasks' losses are weighed against each other.
package enum LossWeights: Hashable, Sendable {
  /// `L = Σ λ_i L_i` (Equation 2).
  case fixed([TaskName: Double])
  /// `L = Σ exp(−s_i) L_i + n_i s_i / 2` with learned `s_i = log σ_i²` (Equation 6).
  case learned(LearnedWeights)

  /// Learned weights with the default of every setting.
  package static var uncertainty: LossWeights { .learned(LearnedWeights()) }
}

/// How weights are learned.
package struct LearnedWeights: Configurable {
  /// What the regulariser of a task counts: `n_i` of `n_i s_i / 2`.
  package enum Terms: String, Sendable, CaseIterable {
    /// Each task once, as Equation 6 is printed.
    case task
    /// Each likelihood that the task's loss adds up. Equation 5 is the likelihood of one classification; six of them
    /// that share a σ read `Σ_k (L_k / σ² + log σ) = L_p / σ² + 6 log σ`. `n_i` is the sum of the terms' coefficients,
    /// so that a mean counts once.
    case each
  }

  package var terms: Terms
  /// The log variances' learning rate at the start, which falls as the others do; nil takes the new layers'.
  package var rate: Double?
  /// σ of every task at first, above 0.
  package var start: Double

  package static let keys: [Key<LearnedWeights>] = [
    Key(
      "terms", \.terms, .word,
      "What the regulariser of a task counts: the task once, or each likelihood that its loss adds up."),
    Key(
      "rate", \.rate, .optional(.number(in: 0...100), or: "new", expected: "a learning rate, or 'new'"),
      "The log variances' learning rate; 'new' is that of the new layers."),
    Key("start", \.start, .number(in: 1e-3...1e3), "The σ that every task starts with."),
  ]

  package init() { self.init(terms: .each) }

  package init(terms: Terms = .each, rate: Double? = nil, start: Double = 1) {
    self.terms = terms
    self.rate = rate
    self.start = start
  }
}

/// How the tasks' losses are added up.
package struct LossSettings: Configurable {
  /// One λ for each task that is on, or learned.
  package var weights: LossWeights

  /// `terms`, `rate` and `start` are of learned weights. Beside fixed ones they are checked and have no effect: a file
  /// may say them for all of its variants.
  package static let keys: [Key<LossSettings>] =
    [
      Key(
        "weights", \.weights, .weights,
        "What each task's loss is multiplied with: a number for each task that is on, or learned from uncertainty.")
    ] + LearnedWeights.keys.map { $0.part(of: \.learned) }

  package init() { self.init(weights: .uncertainty) }

  package init(weights: LossWeights = .uncertainty) { self.weights = weights }

  private var learned: LearnedWeights? {
    get { if case .learned(let learned) = weights { learned } else { nil } }
    set { if let newValue { weights = .learned(newValue) } }
  }

  /// Trainable numbers: the log variances.
  func parameterCount(tasks: Int) -> Int { learned == nil ? 0 : tasks }

  /// Whether fixed weights are those of the tasks that are on.
  func fault(of enabled: [TaskName]) -> SettingFault? {
    guard case .fixed(let weights) = weights else { return nil }
    if let task = enabled.first(where: { weights[$0] == nil }) {
      return SettingFault(
        at: "loss.weights", "tasks.\(task.rawValue)",
        reason:
          "the \(task.rawValue) task is on and has no weight; add \(task.rawValue): 1, or take uncertainty")
    }
    if let task = TaskName.weighed.first(where: { weights[$0] != nil && !enabled.contains($0) }) {
      return SettingFault(
        at: "loss.weights.\(task.rawValue)", "loss.weights",
        reason: "the \(task.rawValue) task is off and has a weight; leave the weight out, or add the task to tasks")
    }
    guard enabled.contains(where: { weights[$0] ?? 0 > 0 }) else {
      return SettingFault(at: "loss.weights", "loss", reason: "every weight is 0, so nothing would be learned")
    }
    return nil
  }
}

extension Form where Value == LossWeights {
  /// The word for learned weights, or a mapping of fixed ones.
  fileprivate static var weights: Form {
    let weight = Form<Double>.number(in: 0...1e6)
    let tasks = TaskName.weighed.map {
      SettingDescription(
        name: $0.rawValue, words: weight.words, initial: nil,
        meaning: "What the \($0.rawValue) task's loss is multiplied with.")
    }
    return Form("uncertainty, or a weight for each task", within: tasks) {
      setting, present throws(ConfigurationError) in
      if setting.isWord("uncertainty") { return .uncertainty }
      guard setting.value.entries != nil else {
        throw setting.mismatch("'uncertainty' or a weight for each task, { global: 1, part: 1 }")
      }
      let keys = try KnownKeys(setting, known: TaskName.weighed.map(\.rawValue))
      var fixed: [TaskName: Double] = [:]
      for task in TaskName.weighed {
        if let own = keys[task.rawValue] { fixed[task] = try weight.read(own, nil) }
      }
      return .fixed(fixed)
    } write: { weights in
      switch weights {
      case .learned: return .string("uncertainty")
      case .fixed(let fixed):
        return .mapping(TaskName.weighed.compactMap { task in fixed[task].map { (task.rawValue, weight.write($0)) } })
      }
    }
  }
}
