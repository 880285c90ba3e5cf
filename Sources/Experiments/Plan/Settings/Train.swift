import Configuration
import Layers
import Models
import Support

extension Settings {
  /// The optimiser, its schedule and the batches.
  package struct Train: Configurable {
    /// How often every image is shown.
    package var epochs: Int
    /// Images in a step.
    package var batch: Int
    package var optimizer: Optimizer
    package var rate: Rate
    package var augment: Augment
    package var sampler: Sampler
    /// The equal parts that each batch is computed in (``Shard``).
    package var shards: Int
    /// What maps are stored as and products are made of.
    package var precision: Precision
    /// Whether each epoch's record says what each task pulls at. It moves no bit of a result (``Settings/deciding``).
    package var gauge: Bool
    /// One after the other, each a training of its own; none is one phase of what stands above.
    package var phases: [Phase]

    package static let keys: [Key<Train>] = [
      Key("epochs", \.epochs, .epochs, "How often every image is shown."),
      Key("batch", \.batch, .batch, "Images in a step."),
      Key("optimizer", \.optimizer, .group, "How parameters are moved."),
      Key("rate", \.rate, .group, "The learning rates over the epochs."),
      Key("augment", \.augment, .group, "What is done to images by chance."),
      Key("sampler", \.sampler, .sampler, "How batches are put together.", isYounger: true),
      Key(
        "shards", \.shards, .shards,
        "The equal parts that each batch is computed in, the smallest that several processes can share out. Results depend on "
          + "it, and not on how many processes or threads there are.", isYounger: true),
      Key(
        "precision", \.precision, .word,
        "Single precision (fp32), or maps and operands of products in bfloat16 (bf16): sums, statistics, losses and what is "
          + "trained stay in fp32. In bf16 each epoch's record says the magnitudes of gradients and weights by layer.",
        isYounger: true),
      Key(
        "gauge", \.gauge, .flag,
        "Whether each epoch's record says, of one batch, each task's weighted loss and the norm of its gradient by the "
          + "feature map. It changes no bit of a result and no run's name.", isYounger: true),
      phasesKey,
    ]

    private static let phasesKey = Key<Train>(
      "phases", "list of 1 to 100: settings", within: Phase.descriptions, isList: true,
      "Phases of training, each with a fresh optimiser; what one does not say it takes from train. "
        + "`{ repeat: 4, phases: [...] }` stands for a list four times over, with the round behind each name.",
      initial: .string("none")
    ) { setting, train throws(ConfigurationError) in
      guard !setting.isWord("none") else { return train.phases = [] }
      train.phases = []
      for (item, round) in try Phase.rounds(of: setting) {
        var phase = Phase(of: train, name: "")
        try phase.read(item)
        if let round { phase.name += " \(round)" }
        guard !train.phases.contains(where: { $0.name == phase.name }) else {
          throw item.error("a phase \(Wording.quoted(phase.name)) stands here twice")
        }
        train.phases.append(phase)
      }
    } write: { train in
      train.phases.isEmpty ? nil : .sequence(train.phases.map(\.yaml))
    }

    /// The phases of the whole training, at least one.
    package var plan: [Phase] { phases.isEmpty ? [Phase(of: self, name: "train")] : phases }

    /// How often every image is shown in all.
    package var totalEpochs: Int { plan.reduce(0) { $0 + $1.epochs } }

    /// What no single setting can know, of the training alone.
    var fault: SettingFault? {
      plan.enumerated().lazy.compactMap { place, phase in
        let path = phases.isEmpty ? "train" : "train.phases[\(place)]"
        return phase.sampler.fault(batch: phase.batch, at: path) ?? faultOfShards(phase, at: path)
      }.first
    }

    private func faultOfShards(_ phase: Phase, at path: String) -> SettingFault? {
      guard phase.batch % shards != 0 else { return nil }
      let whole = phase.batch - phase.batch % shards
      return SettingFault(
        at: "train.shards", "\(path).batch",
        reason:
          "a batch of \(phase.batch) images (\(path).batch) does not fall into \(shards) equal shards; take a batch of "
          + (whole > 0 ? "\(whole) or \(whole + shards)" : "\(shards)"))
    }

    package init() { self.init(epochs: 40) }

    /// States the training; the paper's by default.
    package init(
      epochs: Int = 40, batch: Int = 32, optimizer: Optimizer = Optimizer(), rate: Rate = Rate(),
      augment: Augment = Augment(), sampler: Sampler = .shuffled, shards: Int = 1, precision: Precision = .single,
      gauge: Bool = false, phases: [Phase] = []
    ) {
      self.epochs = epochs
      self.batch = batch
      self.optimizer = optimizer
      self.rate = rate
      self.augment = augment
      self.sampler = sampler
      self.shards = shards
      self.precision = precision
      self.gauge = gauge
      self.phases = phases
    }
  }
}

extension Form where Value == Int {
  static var epochs: Form { .int(in: 1...10_000) }

  /// A number of shards: powers of two, so that the tree over them has no gaps.
  static var shards: Form {
    Form.int(in: 1...8).checked { shards, setting throws(ConfigurationError) in
      guard shards.nonzeroBitCount == 1 else { throw setting.error("a batch is cut into 1, 2, 4 or 8 shards") }
    }.called("1, 2, 4 or 8")
  }

  static var batch: Form {
    Form.int(in: 1...4096).checked { batch, setting throws(ConfigurationError) in
      guard batch >= 2 else {
        throw setting.error("a batch of 1 has no variance for BatchNorm to divide by; at least 2")
      }
    }.called("whole number, 2 to 4096")
  }
}
