import Configuration
import Layers
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

    package static let keys: [Key<Phase>] = [
      Key("name", \.name, .text(maximum: 40), "What records and messages call it.", isRequired: true),
      Key("epochs", \.epochs, .epochs, "How often every image is shown."),
      Key("batch", \.batch, .batch, "Images in a step."),
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
    ]

    /// What `train` has a key for, too, is taken from there.
    static let descriptions = keys.map(\.description).map { key in
      ["name", "frozen", "batch_norm", "fresh"].contains(key.name) ? key : key.inheriting(from: "train")
    }

    package init() { self.init(of: Settings.Train(), name: "train") }

    /// The phase that `train` describes where it names none.
    init(of train: Settings.Train, name: String) {
      self.name = name
      epochs = train.epochs
      batch = train.batch
      sampler = train.sampler
      optimizer = train.optimizer
      rate = train.rate
      augment = train.augment
      frozen = []
      batchNorm = .batch
      fresh = []
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
