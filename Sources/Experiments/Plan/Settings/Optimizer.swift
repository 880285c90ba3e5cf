import Configuration
import Layers
import Support

extension Settings.Train {
  /// How parameters are moved.
  package struct Optimizer: Configurable {
    /// The optimisers; there is one.
    package enum Kind: String, CaseIterable, Sendable {
      /// Stochastic gradient descent with momentum.
      case sgd
    }

    package var kind: Kind
    /// The share of the last step that is taken again.
    package var momentum: Double
    /// The decay that is added to the gradient of all parameters but the `s_i`.
    package var weightDecay: Double
    /// Whether each step looks ahead along the momentum (Nesterov).
    package var nesterov: Bool

    package static let keys: [Key<Optimizer>] = [
      Key("kind", \.kind, .word, "The optimiser: stochastic gradient descent with momentum."),
      Key(
        "momentum", \.momentum,
        Form.number(in: 0...1).checked { momentum, setting throws(ConfigurationError) in
          guard momentum < 1 else { throw setting.error("must be below 1, or no step ever fades") }
        }.called("number, 0 to below 1"),
        "The share of the last step that is taken again."),
      Key(
        "weight_decay", \.weightDecay, .number(in: 0...1),
        "The share of each weight that is added to its gradient; not of the log variances."),
      Key("nesterov", \.nesterov, .flag, "Whether each step looks ahead along the momentum.", isYounger: true),
    ]

    package init() { self.init(kind: .sgd) }

    package init(
      kind: Kind = .sgd, momentum: Double = 0.9, weightDecay: Double = 5e-4, nesterov: Bool = false
    ) {
      self.kind = kind
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.nesterov = nesterov
    }
  }

  /// The learning rates over the epochs.
  package struct Rate: Configurable {
    /// The rate of new layers at the start.
    package var new: Double
    /// The rate of pretrained layers at the start.
    package var pretrained: Double
    /// When and by how much they fall.
    package var step: StepSchedule
    /// A smooth fall in place of ``step``; nil for none.
    package var fall: PowerSchedule?

    package static let keys: [Key<Rate>] = [
      Key("new", \.new, .positive(atMost: 100), "The learning rate of new layers at the start."),
      Key(
        "pretrained", \.pretrained, .number(in: 0...100),
        "The learning rate of pretrained layers at the start; a backbone from chance has that of new layers."),
      Key("step", \.step, .group, "When and by how much the rates fall."),
      Key(
        "fall", \.fall, .optional(.group, or: "none", expected: "none or { steps: 10, power: 0.9 }"),
        "A fall by a power of the epochs that are left, in place of step.", isYounger: true),
    ]

    package init() { self.init(new: 0.1) }

    package init(
      new: Double = 0.1, pretrained: Double = 0.01, step: StepSchedule = StepSchedule(), fall: PowerSchedule? = nil
    ) {
      self.new = new
      self.pretrained = pretrained
      self.step = step
      self.fall = fall
    }

    /// What the rates are multiplied with in an epoch, counted from 0, of so many.
    func multiplier(epoch: Int, of epochs: Int) -> Double {
      fall?.multiplier(epoch: epoch, of: epochs) ?? step.multiplier(epoch: epoch)
    }
  }

  /// What is done to images by chance.
  package struct Augment: Configurable {
    /// Whether every second image, by chance, is mirrored.
    package var flip: Bool
    /// The largest share of a side that noise overwrites at the phase's end; it grows from 0.
    package var cutOut: Double

    package static let keys: [Key<Augment>] = [
      Key("flip", \.flip, .flag, "Whether every second image, by chance, is mirrored."),
      Key(
        "cut_out", \.cutOut, .number(in: 0...1),
        "The largest share of an image's height and width that a rectangle of noise takes at the phase's end; it grows "
          + "from 0 with the steps.", isYounger: true),
    ]

    package init() { self.init(flip: true) }

    package init(flip: Bool = true, cutOut: Double = 0) {
      self.flip = flip
      self.cutOut = cutOut
    }
  }
}

extension StepSchedule: Configurable {
  package static let keys: [Key<StepSchedule>] = [
    Key(
      "at", \.at,
      .list(of: .int(in: 1...10_000), count: 0...1000) { epoch, before, item throws(ConfigurationError) in
        let last = before.last ?? 0
        guard epoch > last else { throw item.error("epochs must rise; \(epoch) follows \(last)") }
      },
      "The numbers of finished epochs after which the rates fall; [20] trains epochs 1 to 20 at the first rate."),
    Key("factor", \.factor, .positive(atMost: 1), "What the rates are multiplied with."),
  ]

  /// A fall to a tenth after 20 epochs, as in the paper.
  package init() { self.init(at: [20], factor: 0.1) }
}

extension PowerSchedule: Configurable {
  package static let keys: [Key<PowerSchedule>] = [
    Key("steps", \.steps, .int(in: 1...10_000), "In how many equal steps the rates fall to nothing over the epochs."),
    Key("power", \.power, .positive(atMost: 10), "The power of the share that is left."),
  ]

  package init() { self.init(steps: 10, power: 0.9) }
}
