import Configuration
import Models
import Support

extension Settings {
  /// How the tasks' losses are added up.
  package struct Loss: Sendable, Hashable {
    /// What each loss is multiplied with; one λ for each task that is on, or learned.
    package var weights: LossWeights

    /// States the weights; learned by default.
    package init(weights: LossWeights = .uncertainty) { self.weights = weights }

    /// `terms`, `rate` and `start` are of learned weights. Beside fixed ones they are checked and have no effect: a file
    /// may say them for all of its variants.
    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let keys = try setting?.keys("weights", "terms", "rate", "start") else { return }
      weights = .learned(try LearnedWeights(keys))
      if let own = keys["weights"], !own.isWord("uncertainty") { weights = .fixed(try Self.fixed(own)) }
    }

    private static func fixed(_ setting: Setting) throws(ConfigurationError) -> [TaskName: Double] {
      guard setting.value.entries != nil else {
        throw setting.mismatch("'uncertainty' or a weight for each task, { global: 1, part: 1 }")
      }
      let keys = try KnownKeys(setting, known: TaskName.allCases.map(\.rawValue))
      var fixed: [TaskName: Double] = [:]
      for task in TaskName.allCases { fixed[task] = try keys[task.rawValue]?.double(in: 0...1e6) }
      return fixed
    }

    var yaml: YAMLValue {
      switch weights {
      case .learned(let learned): return .mapping([("weights", .string("uncertainty"))] + learned.yaml)
      case .fixed(let fixed):
        let entries = TaskName.allCases.compactMap { task in fixed[task].map { (task.rawValue, YAMLValue.double($0)) } }
        return .mapping([("weights", .mapping(entries))])
      }
    }
  }
}

extension LearnedWeights {
  /// What stands for the new layers' rate.
  private static let ofNewLayers = "new"

  fileprivate init(_ keys: KnownKeys) throws(ConfigurationError) {
    self.init()
    if let terms = keys["terms"] { self.terms = try terms.choice() }
    if let rate = keys["rate"] {
      if rate.isWord(Self.ofNewLayers) {
        self.rate = nil
      } else {
        guard (try? rate.double()) != nil else { throw rate.mismatch("a learning rate, or '\(Self.ofNewLayers)'") }
        self.rate = try rate.double(in: 0...100)
      }
    }
    if let start = keys["start"] {
      self.start = try start.double(in: 1e-3...1e3)
    }
  }

  fileprivate var yaml: [(String, YAMLValue)] {
    [
      ("terms", .string(terms.rawValue)), ("rate", rate.map(YAMLValue.double) ?? .string(Self.ofNewLayers)),
      ("start", .double(start)),
    ]
  }
}
