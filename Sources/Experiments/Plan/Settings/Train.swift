import Configuration
import Support

extension Settings {
  /// The optimiser, its schedule and the batches.
  package struct Train: Sendable, Hashable {
    /// How parameters are moved.
    package struct Optimizer: Sendable, Hashable {
      /// The optimisers; there is one.
      package enum Kind: String, CaseIterable, Sendable {
        /// Stochastic gradient descent with momentum.
        case sgd
      }
      /// Which optimiser.
      package var kind: Kind
      /// The share of the last step that is taken again.
      package var momentum: Double
      /// The decay that is added to the gradient of all parameters but the `s_i`.
      package var weightDecay: Double

      /// States an optimiser.
      package init(kind: Kind = .sgd, momentum: Double = 0.9, weightDecay: Double = 5e-4) {
        self.kind = kind
        self.momentum = momentum
        self.weightDecay = weightDecay
      }
    }

    /// The learning rates over the epochs.
    package struct Rate: Sendable, Hashable {
      /// The rate of new layers at the start.
      package var new: Double
      /// The rate of pretrained layers at the start.
      package var pretrained: Double
      /// When and by how much they fall.
      package var step: Step

      /// States the rates.
      package init(new: Double = 0.1, pretrained: Double = 0.01, step: Step = Step()) {
        self.new = new
        self.pretrained = pretrained
        self.step = step
      }
    }

    /// The fall of the learning rates.
    package struct Step: Sendable, Hashable {
      /// The numbers of finished epochs after which the rates are multiplied with ``factor``: `[20]` trains epochs 1
      /// to 20 at the first rate. One beyond the last epoch has no effect.
      package var at: [Int]
      /// What the rates are multiplied with.
      package var factor: Double

      /// States a fall: to a tenth after 20 epochs by default.
      package init(at: [Int] = [20], factor: Double = 0.1) {
        self.at = at
        self.factor = factor
      }
    }

    /// What is done to images by chance.
    package struct Augment: Sendable, Hashable {
      /// Whether every second image, by chance, is mirrored.
      package var flip: Bool

      /// States the augmentation.
      package init(flip: Bool = true) { self.flip = flip }
    }

    /// How often every image is shown.
    package var epochs: Int
    /// Images in a step.
    package var batch: Int
    /// How parameters are moved.
    package var optimizer: Optimizer
    /// The learning rates.
    package var rate: Rate
    /// What is done to images by chance.
    package var augment: Augment

    /// States the training; the paper's by default.
    package init(
      epochs: Int = 40, batch: Int = 32, optimizer: Optimizer = Optimizer(), rate: Rate = Rate(),
      augment: Augment = Augment()
    ) {
      self.epochs = epochs
      self.batch = batch
      self.optimizer = optimizer
      self.rate = rate
      self.augment = augment
    }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let setting else { return }
      let keys = try setting.keys("epochs", "batch", "optimizer", "rate", "augment")
      if let epochs = keys["epochs"] { self.epochs = try epochs.int(in: 1...10_000) }
      if let batch = keys["batch"] {
        self.batch = try batch.int(in: 1...4096)
        guard self.batch >= 2 else {
          throw batch.error("a batch of 1 has no variance for BatchNorm to divide by; at least 2")
        }
      }
      if let optimizer = keys["optimizer"] { self.optimizer = try Optimizer(optimizer) }
      if let rate = keys["rate"] { self.rate = try Rate(rate) }
      if let flip = try keys["augment"]?.keys("flip")["flip"] { augment.flip = try flip.bool() }
    }

    var yaml: YAMLValue {
      .mapping([
        ("epochs", .int(epochs)), ("batch", .int(batch)), ("optimizer", optimizer.yaml), ("rate", rate.yaml),
        ("augment", .mapping([("flip", .bool(augment.flip))])),
      ])
    }
  }
}

extension Settings.Train.Optimizer {
  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("kind", "momentum", "weight_decay")
    if let kind = keys["kind"] { self.kind = try kind.choice() }
    if let momentum = keys["momentum"] {
      self.momentum = try momentum.double(in: 0...1)
      guard self.momentum < 1 else { throw momentum.error("must be below 1, or no step ever fades") }
    }
    if let decay = keys["weight_decay"] { weightDecay = try decay.double(in: 0...1) }
  }

  var yaml: YAMLValue {
    .mapping([
      ("kind", .string(kind.rawValue)), ("momentum", .double(momentum)), ("weight_decay", .double(weightDecay)),
    ])
  }
}

extension Settings.Train.Rate {
  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("new", "pretrained", "step")
    if let new = keys["new"] { self.new = try new.positive(atMost: 100) }
    if let pretrained = keys["pretrained"] { self.pretrained = try pretrained.double(in: 0...100) }
    if let step = keys["step"] { self.step = try Settings.Train.Step(step) }
  }

  var yaml: YAMLValue {
    .mapping([("new", .double(new)), ("pretrained", .double(pretrained)), ("step", step.yaml)])
  }
}

extension Settings.Train.Step {
  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    let keys = try setting.keys("at", "factor")
    if let at = keys["at"] {
      self.at = []
      for item in try at.items(count: 0...1000) {
        let epoch = try item.int(in: 1...10_000)
        let last = self.at.last ?? 0
        guard epoch > last else { throw item.error("epochs must rise; \(epoch) follows \(last)") }
        self.at.append(epoch)
      }
    }
    if let factor = keys["factor"] { self.factor = try factor.positive(atMost: 1) }
  }

  var yaml: YAMLValue { .mapping([("at", .sequence(at.map(YAMLValue.int))), ("factor", .double(factor))]) }
}
