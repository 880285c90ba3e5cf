import Configuration
import Layers
import Tensors

/// Identity from details: the feature map predicts a mask, the mask is laid on an earlier map of the same network, and
/// stages of its own go on from there.
///
///     m     = sigmoid(mask · X)                    enlarged to the earlier map's size
///     local = stages(earlier ⊙ m)                  classified as the whole map is
///
/// Source: Ding, Khan, Tang, Porikli, "Let features decide for themselves: Feature mask network for person
/// re-identification", arXiv 1711.07155. That high-level features mask low-level ones is the paper's; stages and sizes
/// are chosen.
package struct MaskTask: Task {
  /// An earlier map.
  package enum Low: String, Sendable, CaseIterable {
    case layer1, layer2, layer3

    /// The stage that it stands behind, from 1.
    package var stage: Int { 1 + (Self.allCases.firstIndex(of: self) ?? 0) }
  }

  /// How many numbers the mask has at a place.
  package enum Channels: String, Sendable, CaseIterable {
    /// One, for all channels of the earlier map.
    case one
    /// One for each of its channels.
    case all
  }

  package var low: Low
  package var channels: Channels

  package static let name = TaskName.mask
  package static let mark = "mask"
  package static let meaning = "Identity from an early map that the last one masks."
  package static let keys: [Key<MaskTask>] = [
    Key("low", \.low, .word, "Behind which of the backbone's stages the map stands that is masked."),
    Key("channels", \.channels, .word, "How many numbers the mask has at each place: one, or one for each channel."),
  ]

  package init() { self.init(low: .layer2) }

  package init(low: Low = .layer2, channels: Channels = .one) {
    self.low = low
    self.channels = channels
  }

  package var variant: String? {
    let parts = (low == .layer2 ? [] : [low.rawValue]) + (channels == .one ? [] : ["all channels"])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  package func fault(on map: MapExtent) -> SettingFault? {
    guard !map.isMultiple(ofStage: low.stage) else { return nil }
    return SettingFault(
      at: "tasks.mask.low", "input.size",
      reason:
        "the mask is enlarged from \(map.sides) to \(map.sides(ofStage: low.stage)) of \(low.rawValue), which are no "
        + "multiples; \(map.remedyOfSides), or mask another map")
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] { [.init(.local, width: sizes.width)] }

  /// Numbers of the mask at a place.
  private func depth(in sizes: TaskSizes) -> Int {
    channels == .one ? 1 : sizes.backbone.channels(ofStage: low.stage)
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    (sizes.features + 1) * depth(in: sizes) + sizes.backbone.parameterCount(fromStage: low.stage + 1)
      + IdentityHead.parameterCount(in: sizes)
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    Double(map.places) * Double(sizes.features) * Double(depth(in: sizes))
      + sizes.backbone.multiplications(height: map.height, width: map.width, fromStage: low.stage + 1)
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let mask = TaskSketch.Chain(
      reads: [.features], boxes: [.step("1×1 convolution, sigmoid", "\(map.sides)×\(depth(in: sizes))")])
    let stages = (low.stage + 1...4).map { "layer\($0)" }.joined(separator: ", ")
    let local = TaskSketch.Chain(
      reads: [.task(.mask), .stage(low.stage)],
      boxes: [
        .step("\(low.rawValue) × mask, enlarged", map.size(ofStage: low.stage)),
        .stages("\(stages) of its own", map.size(ofStage: 4)), .step("mean", "\(sizes.features)"),
      ] + TaskSketch.Box.head(in: sizes))
    return TaskSketch([mask, local])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    let depth = depth(in: sizes)
    return Network(
      low: low,
      weight: store.parameter(
        "mask.weight", shape: [depth, 1, 1, sizes.features], layout: .convolution, group: .new),
      bias: store.parameter("mask.bias", shape: [depth], group: .new),
      stages: ResidualStages(sizes.backbone, from: low.stage + 1, prefix: Network.prefix, in: store),
      head: IdentityHead("local_head", sizes, in: store))
  }

  private struct Network: TaskNetwork {
    static let prefix = "local."

    let low: Low
    /// `[1 or channels, 1, 1, Z]`.
    let weight: Parameter
    let bias: Parameter
    let stages: ResidualStages
    let head: IdentityHead

    var identityHeads: [DescriptorLayout.Slot: IdentityHead] { [.local: head] }
    var copiesOfBackbone: [String] { [Self.prefix] }

    /// By the rule for convolutions a mask of one number would start at 0 or at 1 and stay there (measured).
    func deviation(of parameter: Parameter) -> Double? { parameter === weight ? 0.001 : nil }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let early = tape.widened(pass.stages[low.stage - 1])
      tape.trace("low", early)
      let mask = tape.sigmoid(tape.pointwise(pass.features, weight, bias: bias))
      tape.trace("mask", mask)
      let maps = stages(tape.masked(early, by: mask), on: tape)
      let local = tape.widened(maps[maps.count - 1])
      tape.trace("local", local)
      var output = TaskOutput()
      output.classify(tape.regionMeans(local, regions: [local.tensor.allRows])[0], by: head, on: tape)
      for logits in output.identityLogits { tape.trace("local_logits", logits) }
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let early = pass.stages[low.stage - 1]
      let mask = graph.sigmoid(graph.convolution(pass.features, weight, bias: bias))
      let maps = stages(graph.apply("Mul", early, graph.enlarged(mask, to: early)), in: graph)
      var output = GraphOutput()
      output.classify(graph.mean(maps[maps.count - 1]), by: head, in: graph)
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .mask, output, targets, .sum, on: tape)
    }
  }
}

extension TaskName {
  package static let mask = TaskName(of: "mask")
}

extension DescriptorLayout.Slot {
  /// The masked map's.
  package static let local = Self(task: .mask)
}
