import Configuration
import Layers
import Support
import Tensors

/// Identity from the image and from an image put together of the body's parts, each turned upright, through two streams.
///
///     Y = part_stream(the part image, each part but the head straightened once more by a learned affine map)
///     g = mean of X     p = mean of Y     f = [g, tanh(p ⊙ w + b)]
///     L = CE(global · g) + CE(part · p) + CE(fused · f), each with a weight
///
/// The streams share the convolutions of the first stages.
///
/// Source: Su et al., "Pose-driven Deep Convolutional Model for Person Re-identification", ICCV 2017, in the form of the
/// authors' code. The part image is ``CueInput/partImage(height:width:)``, the learned maps are ``PartTransform``.
package struct PoseTask: Task {
  /// How parts are straightened; nil leaves them as they are cut.
  package var transform: PartTransformSettings?
  /// The last stage whose convolutions both streams share; the stem's they always do.
  package var sharedStages: Int
  package var fusion: FusionSettings
  package var lossWeights: PoseWeights

  package static let name = TaskName.pose
  package static let mark = "pose"
  package static let meaning = "Identity from the image and from its parts, straightened by the person's joints."
  package static let keys: [Key<PoseTask>] = [
    Key(
      "transform", \.transform,
      .optional(.group, or: "none", expected: "none or { rows: 64, kernel: 5, channels: 20, hidden: 20, rate: 1e-4 }"),
      "How each part but the head is straightened by a small network of its own."),
    Key(
      "shared_stages", \.sharedStages, .int(in: 0...4),
      "How many of the backbone's stages lend their convolutions to the parts' stream."),
    Key("fusion", \.fusion, .group, "How the parts' vector is joined with the image's."),
    Key("loss_weights", \.lossWeights, .weights, "What each cross-entropy is multiplied with."),
  ]

  package init() { self.init(sharedStages: 3) }

  package init(
    transform: PartTransformSettings? = PartTransformSettings(), sharedStages: Int = 3,
    fusion: FusionSettings = FusionSettings(), lossWeights: PoseWeights = PoseWeights()
  ) {
    self.transform = transform
    self.sharedStages = sharedStages
    self.fusion = fusion
    self.lossWeights = lossWeights
  }

  package var variant: String? {
    let parts = (transform == nil ? ["not straightened"] : []) + (fusion.isWeighted ? [] : ["not weighted"])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
  package var addsUpTerms: Bool { true }

  package func fault(on map: MapExtent) -> SettingFault? {
    if let side = [map.height, map.width].first(where: { !$0.isMultiple(of: 4) }) {
      return SettingFault(
        at: "input.size", "tasks.pose",
        reason:
          "the part image is laid out in quarters of the input's sides, and \(side) is no multiple of 4; take input "
          + "sides that are")
    }
    return transform?.fault(on: map)
  }

  package func inputs(on map: MapExtent) -> [CueInput] { [.partImage(height: map.height, width: map.width)] }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    [.init(.posedImage, width: sizes.features), .init(.posedParts, width: sizes.features)]
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let (features, identities) = (sizes.features, sizes.labels.identities)
    let transforms = transform.map { settings in
      TransformedPart.allCases.reduce(0) { $0 + settings.parameterCount(of: $1) }
    }
    return sizes.backbone.parameterCount(sharingThroughStage: sharedStages) + (transforms ?? 0)
      + (4 * features + 3) * identities + (fusion.isWeighted ? 2 * features : 0)
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    let transforms = transform.map { settings in
      TransformedPart.allCases.reduce(0) { $0 + settings.multiplications(of: $1) }
    }
    return sizes.backbone.multiplications(height: map.height, width: map.width) + (transforms ?? 0)
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let features = sizes.features
    func loss(_ weight: Double) -> [TaskSketch.Box] {
      [.identities(), .loss("\(String.number(weight)) × cross-entropy")]
    }
    let straightened: [TaskSketch.Box] =
      transform == nil ? [] : [.step("all but the head straightened by learned maps", "\(map.height)×\(map.width)")]
    let shared = sharedStages == 0 ? "conv1 shared" : "conv1 to layer\(sharedStages) shared"
    let parts: [TaskSketch.Box] =
      [.step("six parts, upright, in places of their own", "\(map.height)×\(map.width)")] + straightened + [
        .stages("a stream of its own, convolutions of \(shared)", map.size(ofStage: 4)), .step("mean", "\(features)"),
      ]
    return TaskSketch([
      .init(reads: [.features], boxes: [.vector("mean", "\(features)")] + loss(lossWeights.global)),
      .init(reads: [.images], boxes: parts + loss(lossWeights.part)),
      .init(
        reads: [.task(.pose)],
        boxes: [
          .vector(fusion.isWeighted ? "the parts’ mean, weighed, tanh" : "the parts’ mean", "\(features)"),
          .step("behind the image’s mean", "\(2 * features)"),
        ] + loss(lossWeights.fused)),
    ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    PoseNetwork(self, sizes, in: store)
  }
}

/// How the parts' vector is joined with the image's.
package struct FusionSettings: Configurable {
  /// Whether its numbers are weighed, moved and squashed first.
  package var isWeighted: Bool
  /// What the learning rate is multiplied with for the weights and for the classifier of both.
  package var rate: Double

  package static let keys: [Key<FusionSettings>] = [
    Key("weights", \.isWeighted, .flag, "Whether the parts' vector is weighed number by number and squashed by tanh."),
    Key(
      "rate", \.rate, .number(in: 0...100),
      "What the learning rate is multiplied with for these weights and the classifier of both vectors."),
  ]

  package init() { self.init(rate: 2) }

  package init(isWeighted: Bool = true, rate: Double = 2) {
    self.isWeighted = isWeighted
    self.rate = rate
  }
}

/// A weight for each cross-entropy.
package struct PoseWeights: Configurable {
  package var global: Double
  package var part: Double
  package var fused: Double

  package static let keys: [Key<PoseWeights>] = [
    Key("global", \.global, .number(in: 0...100), "The image's."),
    Key("part", \.part, .number(in: 0...100), "The parts'."),
    Key("fused", \.fused, .number(in: 0...100), "That of both."),
  ]

  package init() { self.init(global: 1) }

  package init(global: Double = 1, part: Double = 1, fused: Double = 1) {
    self.global = global
    self.part = part
    self.fused = fused
  }
}

extension Form where Value == PoseWeights {
  /// One of them at least is above 0.
  fileprivate static var weights: Form {
    group.checked { weights, setting throws(ConfigurationError) in
      guard weights.global > 0 || weights.part > 0 || weights.fused > 0 else {
        throw setting.error("every weight is 0, so nothing would be learned; at least one is above 0")
      }
    }
  }
}

extension TaskName {
  package static let pose = TaskName(of: "pose")
}

extension DescriptorLayout.Slot {
  /// The pose task's of the image.
  package static let posedImage = Self(task: .pose)
  /// The pose task's of the parts.
  package static let posedParts = Self(task: .pose, number: 1)
}
