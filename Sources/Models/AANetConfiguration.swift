import Layers

/// The four tasks that AANet learns from, in the order of its descriptor and of its losses.
package enum AANetTask: String, Sendable, CaseIterable, Comparable, Codable, CodingKeyRepresentable {
  /// Identity from the whole image: the paper's GFN and `L_g`.
  case global
  /// Identity from each of six parts: PFN and `L_p`.
  case part
  /// Attributes: AFN and `L_a`.
  case attribute
  /// Identity from the attribute attention map: AAM and `L_aa`.
  case attention

  /// Tasks in the order of the descriptor.
  package static func < (left: AANetTask, right: AANetTask) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// How several terms of a task's loss become one.
package enum LossReduction: String, Sendable, CaseIterable {
  /// Their sum.
  case sum
  /// Their mean.
  case mean
}

/// How the tasks' losses are weighed against each other.
package enum LossWeights: Hashable, Sendable {
  /// `L = Σ λ_i L_i` (Equation 2).
  case fixed([AANetTask: Double])
  /// `L = Σ exp(−s_i) L_i + n_i s_i / 2` with learned `s_i = log σ_i²` (Equation 6).
  case learned(LearnedWeights)

  /// Learned weights with the default of every setting.
  package static var uncertainty: LossWeights { .learned(LearnedWeights()) }
}

/// How weights are learned.
package struct LearnedWeights: Hashable, Sendable {
  /// What the regulariser of a task counts: `n_i` of `n_i s_i / 2`.
  package enum Terms: String, Sendable, CaseIterable {
    /// Each task once, as Equation 6 is printed.
    case task
    /// Each likelihood that the task's loss adds up. Equation 5 is the likelihood of one classification; six of them
    /// that share a σ read `Σ_k (L_k / σ² + log σ) = L_p / σ² + 6 log σ`. `n_i` is the sum of the terms' coefficients,
    /// so that a mean counts once.
    case each
  }

  /// What the regulariser of a task counts.
  package var terms: Terms
  /// The log variances' learning rate at the start, which falls as the others do; nil takes the new layers'.
  package var rate: Double?
  /// σ of every task at first, above 0.
  package var start: Double

  /// States how weights are learned.
  package init(terms: Terms = .each, rate: Double? = nil, start: Double = 1) {
    self.terms = terms
    self.rate = rate
    self.start = start
  }
}

/// The part task's settings.
package struct PartTaskConfiguration: Hashable, Sendable {
  /// How many parts.
  package var parts: Int
  /// How the parts are found.
  package var binning: PartBinning
  /// How the parts' losses become `L_p`.
  package var reduction: LossReduction

  /// Sets up the part task; the defaults are the specification's.
  package init(parts: Int = 6, binning: PartBinning = .kmeans, reduction: LossReduction = .sum) {
    self.parts = parts
    self.binning = binning
    self.reduction = reduction
  }
}

/// One attribute that is predicted.
package struct AttributeOutput: Hashable, Sendable {
  /// Its name: `upper_color`.
  package var name: String
  /// How many values it has.
  package var classes: Int
  /// Where in the image it is looked for.
  package var region: BodyRegion

  /// Names an attribute.
  package init(name: String, classes: Int, region: BodyRegion) {
    self.name = name
    self.classes = classes
    self.region = region
  }
}

/// Where the attribute task looks for attributes.
package enum AttributeRegions: String, Sendable, CaseIterable {
  /// Each in its own part of the map: the whole, or its top, middle or bottom third (paper, section 3.3).
  case thirds
  /// All of them in the whole map, as in networks without regions (APR).
  case whole

  /// The parts of the map that are averaged, each a vector of the descriptor.
  package var pooled: [BodyRegion] { self == .thirds ? BodyRegion.allCases : [.global] }
}

/// The attribute task's settings.
package struct AttributeTaskConfiguration: Hashable, Sendable {
  /// The attributes, in the order of the dataset's list.
  package var attributes: [AttributeOutput]
  /// How the attributes' losses become `L_a`.
  package var reduction: LossReduction
  /// Where attributes are looked for; with ``AttributeRegions/whole`` an attribute's own region is not read.
  package var regions: AttributeRegions

  /// Sets up the attribute task.
  package init(
    attributes: [AttributeOutput], reduction: LossReduction = .mean, regions: AttributeRegions = .thirds
  ) {
    self.attributes = attributes
    self.reduction = reduction
    self.regions = regions
  }

  /// The part of the map that an attribute is looked for in.
  package func region(of attribute: AttributeOutput) -> BodyRegion { regions == .whole ? .global : attribute.region }
}

/// The attention task's settings.
package struct AttentionTaskConfiguration: Hashable, Sendable {
  /// Names of the attributes whose maps are merged.
  package var attributes: [String]
  /// What is kept of the merged map.
  package var threshold: AttentionThreshold

  /// Sets up the attention task.
  package init(attributes: [String], threshold: AttentionThreshold = .mean) {
    self.attributes = attributes
    self.threshold = threshold
  }
}

/// Everything that decides the shape of an AANet and of its loss.
package struct AANetConfiguration: Hashable, Sendable {
  /// The backbone's sizes.
  package var backbone: ResNetConfiguration
  /// C, the identities of the training set.
  package var identities: Int
  /// V, the numbers that each classifier gives to the descriptor.
  package var headWidth: Int
  /// Whether the global task is on.
  package var global: Bool
  /// The part task, where it is on.
  package var part: PartTaskConfiguration?
  /// The attribute task, where it is on.
  package var attribute: AttributeTaskConfiguration?
  /// The attention task, where it is on; it needs the attribute task.
  package var attention: AttentionTaskConfiguration?
  /// How the losses are weighed.
  package var weights: LossWeights

  /// Describes an AANet.
  package init(
    backbone: ResNetConfiguration, identities: Int, headWidth: Int = 256, global: Bool = true,
    part: PartTaskConfiguration? = nil, attribute: AttributeTaskConfiguration? = nil,
    attention: AttentionTaskConfiguration? = nil, weights: LossWeights = .uncertainty
  ) {
    self.backbone = backbone
    self.identities = identities
    self.headWidth = headWidth
    self.global = global
    self.part = part
    self.attribute = attribute
    self.attention = attention
    self.weights = weights
  }

  /// The tasks that are on, in order.
  package var tasks: [AANetTask] {
    var tasks: [AANetTask] = []
    if global { tasks.append(.global) }
    if part != nil { tasks.append(.part) }
    if attribute != nil { tasks.append(.attribute) }
    if attention != nil { tasks.append(.attention) }
    return tasks
  }
}

/// What does not fit together in a model.
package struct ModelError: Error, CustomStringConvertible, Equatable {
  /// The reason.
  package let description: String

  /// Gives the reason.
  package init(_ description: String) { self.description = description }
}
