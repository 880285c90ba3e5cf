import Configuration
import Layers
import Models
import Support

extension Settings.Train {
  /// A stretch of training with rules of its own, and a fresh optimiser. What it does not say it takes from `train`.
  package struct Phase: Configurable {
    /// What records and messages call it.
    package var name: String
    /// How often every image is shown.
    package var epochs: Int
    /// Images in a step.
    package var batch: Int
    /// Height and width that images are brought to; nil for those of ``Settings/input``.
    package var size: [Int]?
    package var sampler: Sampler
    package var optimizer: Optimizer
    /// The rates; their steps count the phase's own epochs.
    package var rate: Rate
    package var augment: Augment
    /// What stays as it is, each a parameter group, a task, or the beginning of parameters' names (``AANet/names(of:)``).
    package var frozen: [String]
    /// What BatchNorm divides by; running statistics do not move.
    package var batchNorm: NormStatistics
    /// What is drawn anew at its start, named as in ``frozen``.
    package var fresh: [String]
    /// The tasks that take part; nil for all that are on.
    package var tasks: [TaskName]?
    /// Whether tasks drop out numbers by chance.
    package var dropout: Bool
    /// The tasks whose ``Task/transformation`` is done at its start.
    package var transform: [TaskName]

    package static let keys: [Key<Phase>] = [
      Key("name", \.name, .text(maximum: 40), "What records and messages call it.", isRequired: true),
      Key("epochs", \.epochs, .epochs, "How often every image is shown."),
      Key("batch", \.batch, .batch, "Images in a step."),
      Key(
        "size", \.size,
        .optional(Settings.Input.sizes, or: "input", expected: "input or a height and a width in pixels"),
        "Height and width of the phase's images; the test is at input.size.", isYounger: true),
      Key("sampler", \.sampler, .sampler, "How batches are put together."),
      Key("optimizer", \.optimizer, .group, "How parameters are moved."),
      Key("rate", \.rate, .group, "The learning rates; their steps count the phase's own epochs."),
      Key("augment", \.augment, .group, "What is done to images by chance."),
      Key(
        "frozen", \.frozen, .names,
        "What stays as it is: backbone, new (every layer but the backbone's), a task, or the beginning of parameters' names."
      ),
      Key(
        "batch_norm", \.batchNorm, .word,
        "What BatchNorm divides by: the batch's statistics, or the running ones, which then do not move."),
      Key("fresh", \.fresh, .names, "What is drawn anew at the phase's start, named as under frozen."),
      Key(
        "tasks", \.tasks, .optional(.tasks(count: 1...100), or: "all", expected: "all or a list of tasks"),
        "The tasks that take part; the others rest.", isYounger: true),
      Key("dropout", \.dropout, .flag, "Whether tasks that have dropout use it.", isYounger: true),
      Key(
        "transform", \.transform, .tasks(count: 0...100),
        "The tasks whose parameters are transformed at the phase's start, once: orthogonal's decorrelation.",
        isYounger: true),
    ]

    /// The keys that `train` has not.
    private static let own: Set = ["name", "size", "frozen", "batch_norm", "fresh", "tasks", "dropout", "transform"]

    /// What `train` has a key for, too, is taken from there.
    static let descriptions = keys.map(\.description).map { key in
      own.contains(key.name) ? key : key.inheriting(from: "train")
    }

    package init() { self.init(of: Settings.Train(), name: "train") }

    /// The phase that `train` describes where it names none.
    init(of train: Settings.Train, name: String) {
      self.name = name
      epochs = train.epochs
      batch = train.batch
      size = nil
      sampler = train.sampler
      optimizer = train.optimizer
      rate = train.rate
      augment = train.augment
      frozen = []
      batchNorm = .batch
      fresh = []
      tasks = nil
      dropout = true
      transform = []
    }

    /// The tasks that take part, of those that are on.
    func active(of all: TaskSet) -> [TaskName] { all.enabled.filter { tasks?.contains($0) ?? true } }

    /// The items of a list of phases, those of `{ repeat: 4, phases: [...] }` as often as it says, each with the round.
    static func rounds(of list: Setting) throws(ConfigurationError) -> [(item: Setting, round: Int?)] {
      var all: [(item: Setting, round: Int?)] = []
      for item in try list.items(count: 1...100) {
        guard item.value[key: "repeat"] != nil else {
          all.append((item, nil))
          continue
        }
        let keys = try item.keys("repeat", "phases")
        let rounds = try keys.required("repeat").int(in: 1...100)
        let inner = try keys.required("phases").items(count: 1...100)
        for round in 1...rounds { all += inner.map { ($0, round) } }
      }
      guard all.count <= 100 else { throw list.error("there are \(all.count) phases; at most 100") }
      return all
    }

    /// What does not fit the tasks that are on.
    func fault(for all: TaskSet, at path: String) -> SettingFault? {
      let on = all.enabled
      for (key, named) in [("tasks", tasks ?? []), ("transform", transform)] {
        if let stranger = named.first(where: { !on.contains($0) }) {
          return SettingFault(
            at: "\(path).\(key)", "tasks",
            reason: Wording.unknown(
              "the phase names a task that is off,", naming: stranger.rawValue, among: on.map(\.rawValue)))
        }
      }
      if let rigid = all.all.first(where: { transform.contains($0.name) && type(of: $0).transformation == nil }) {
        let able = TaskSet.all.filter(\.isTransformable).map(\.name.rawValue)
        return SettingFault(
          at: "\(path).transform",
          reason: "the \(rigid.name.rawValue) task has nothing to transform; those that have are \(Wording.list(able))")
      }
      let active = active(of: all)
      guard active.contains(where: all.weighed.contains) else {
        return SettingFault(at: "\(path).tasks", reason: "no task with a loss takes part, so nothing would be learned")
      }
      for task in all.all where active.contains(task.name) {
        if let need = task.needs.first(where: { !active.contains($0.task) }) {
          return SettingFault(
            at: "\(path).tasks",
            reason: "the \(task.name.rawValue) task needs the \(need.task.rawValue) task, \(need.reason); "
              + "add \(need.task.rawValue) to the phase's tasks")
        }
      }
      return nil
    }
  }
}

extension Form where Value == [String] {
  /// Names of parameters, each once.
  fileprivate static var names: Form {
    .list(of: .text(maximum: 200), count: 0...1000) { name, before, item throws(ConfigurationError) in
      guard !before.contains(name) else { throw item.error("\(Wording.quoted(name)) stands here twice") }
    }
  }
}

extension Form where Value == [TaskName] {
  /// Names of tasks, each once.
  fileprivate static func tasks(count: ClosedRange<Int>) -> Form {
    .list(of: .word, count: count) { name, before, item throws(ConfigurationError) in
      guard !before.contains(name) else { throw item.error("\(Wording.quoted(name.rawValue)) stands here twice") }
    }
  }
}
