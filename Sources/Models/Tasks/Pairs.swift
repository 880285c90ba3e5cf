import Configuration
import Layers
import Support
import Tensors

/// Whether two images show one person, judged by their maps: each place of one is looked up in the other, and what
/// still differs, averaged at several scales, is classified.
///
/// Source: Shen, Xiao, Li, Yi, Wang, "End-to-end deep Kronecker-product matching for person re-identification", CVPR
/// 2018, and its authors' code. What is computed is in ``PairMaps`` and ``PairHead``.
package struct PairsTask: Task {
  /// S: from how many of the backbone's stages, the last one first, maps are made.
  package var scales: Int
  /// V, the channels of each map.
  package var width: Int
  /// τ, what cosines are multiplied with before the softmax.
  package var temperature: Double
  /// Whether a map of the gallery image weighs the difference.
  package var attention: Bool
  /// Images of an identity in a row in a batch; the first is the probe.
  package var group: Int
  /// Whether the mean of X is in the descriptor, by which the first ranking is made.
  package var descriptor: Bool

  package static let name = TaskName.pairs
  package static let mark = "pair"
  package static let meaning = "Whether two images show one person, judged by their maps place by place."
  package static let judgesPairs = true
  package static let lookedForInBatch: String? = "pairs"
  package static let keys: [Key<PairsTask>] = [
    Key("scales", \.scales, .int(in: 1...3), "From how many of the backbone's stages maps are made, the last first."),
    Key("width", \.width, .int(in: 1...4096), "Channels of each map."),
    Key("temperature", \.temperature, .positive(atMost: 100), "What cosines are multiplied with before the softmax."),
    Key("attention", \.attention, .flag, "Whether a map of the gallery image weighs the difference."),
    Key("group", \.group, .int(in: 2...4096), "Images of an identity in a row in a batch; the first is the probe."),
    Key("descriptor", \.descriptor, .flag, "Whether the mean of the feature map is in the descriptor."),
  ]

  package init() { self.init(scales: 3) }

  package init(
    scales: Int = 3, width: Int = 256, temperature: Double = 1, attention: Bool = true, group: Int = 4,
    descriptor: Bool = true
  ) {
    self.scales = scales
    self.width = width
    self.temperature = temperature
    self.attention = attention
    self.group = group
    self.descriptor = descriptor
  }

  package var variant: String? {
    let parts = (scales == 3 ? [] : [Wording.count(scales, "scale")]) + (attention ? [] : ["no attention"])
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  package func fault(on map: MapExtent) -> SettingFault? {
    for stage in (5 - scales..<4).reversed() where !map.isMultiple(ofStage: stage) {
      return SettingFault(
        at: "tasks.pairs.scales", "input.size",
        reason:
          "the map of \(map.sides) is enlarged to \(map.sides(ofStage: stage)) of layer\(stage), which are no multiples; "
          + "\(map.remedyOfSides), or at most \(Wording.count(4 - stage, "scale"))")
    }
    return nil
  }

  package var groups: Int? { group }

  package func fault(inBatchesOf images: Int, groups: Int?) -> SettingFault? {
    guard groups == group else {
      return SettingFault(
        at: "tasks.pairs.group", "train.sampler",
        reason: "pairs are made of groups of \(group) images, "
          + (groups.map { "and batches come in groups of \($0)" } ?? "and batches come without groups")
          + "; take train.sampler: { groups: { images: \(group) } }")
    }
    if images > 2 * group, images % group != 0 {
      return SettingFault(
        at: "tasks.pairs.group", "train.batch",
        reason: "\(images) images do not hold two or more whole groups of \(group); take a batch of a multiple of it")
    }
    guard images < 2 * group else { return nil }
    return SettingFault(
      at: "tasks.pairs.group", "train.batch",
      reason: "a batch of \(images) is one group of \(group), and so holds no two people; take a batch of at least "
        + "\(2 * group)")
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    descriptor ? [.init(.mean, width: sizes.features)] : []
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let laterals = (0..<scales).reduce(0) { $0 + (sizes.backbone.channels(ofStage: 4 - $1) + 2) * width }
    return laterals + (attention ? scales * (width + 1) : 0) + 2 * scales * width + 2 * scales * width + 2
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    (0..<scales).reduce(0) { sum, n in
      let places = Double(map.rows(ofStage: 4 - n) * map.columns(ofStage: 4 - n))
      return sum + places * Double(width * (sizes.backbone.channels(ofStage: 4 - n) + (attention ? 1 : 0)))
    }
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let stages = (0..<scales).map { 4 - $0 }
    let sides = stages.map { map.sides(ofStage: $0) }.joined(separator: ", ")
    let maps = TaskSketch.Chain(
      reads: stages.reversed().map { .stage($0) },
      boxes: [
        .step("1×1 convolution, BatchNorm each; coarser ones added; ReLU", "\(sides) × \(width)"),
        .step("each place looked up in the other image’s map", "warped maps"),
        .step("(mean difference\(attention ? ", weighed by attention" : ""))²", .numbers(scales, width)),
        .step("BatchNorm, linear", "2"), .loss("cross-entropy"),
      ])
    let mean = TaskSketch.Chain(reads: [.features], boxes: [.vector("mean", "\(sizes.features)")])
    return TaskSketch(descriptor ? [mean, maps] : [maps])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(task: self, maps: PairMaps(self, sizes, in: store), head: PairHead(self, in: store))
  }

  private struct Network: TaskNetwork {
    let task: PairsTask
    let maps: PairMaps
    let head: PairHead

    var pairHead: PairHead? { head }

    func deviation(of parameter: Parameter) -> Double? { head.isAttention(parameter) ? 0.001 : nil }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      task.descriptor ? [features.allRows] : []
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      output.vectors = pooled.map(\.vector)
      let maps = maps(pass.stages, on: tape)
      for (n, map) in maps.enumerated() { tape.trace("map.\(n)", map) }
      guard tape.mode == .training else {
        output.pairMaps = maps.map(\.tensor)
        return output
      }
      let pairs = pairs(of: pass.features.shape[0])
      guard !pairs.isEmpty else { return output }
      tape.trace("pairs", integers: pairs.flatMap { [$0.other, $0.reference] })
      output.ownToLoss = [head(maps, pairs: pairs, on: tape)]
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      var output = GraphOutput()
      if task.descriptor { output.vectors = [graph.mean(pass.features)] }
      output.pairMaps = maps(pass.stages, in: graph)
      return output
    }

    /// Each group's first image with every image that is not a group's first.
    private func pairs(of images: Int) -> [MapPair] {
      let (probes, gallery) = (0..<images).reduce(into: ([Int](), [Int]())) { sets, image in
        if image % task.group == 0 { sets.0.append(image) } else { sets.1.append(image) }
      }
      return probes.flatMap { probe in gallery.map { MapPair(reference: $0, other: probe) } }
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      let isSame = pairs(of: targets.identities.count).map {
        targets.identities[$0.other] == targets.identities[$0.reference] ? 1 : 0
      }
      return TaskLoss(.pairs, output.ownToLoss.map { tape.crossEntropy($0, labels: isSame) }, .sum)
    }
  }
}

extension TaskName {
  package static let pairs = TaskName(of: "pairs")
}

extension DescriptorLayout.Slot {
  /// The mean of X beside the pairs' maps.
  package static let mean = Self(task: .pairs)
}
