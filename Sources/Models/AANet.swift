import Layers
import Tensors

/// The Attribute Attention Network: a backbone and up to four tasks on its feature map.
///
/// Source: Tay, Roy, Yap, "AANet: Attribute Attention Network for Person Re-Identifications", CVPR 2019.
package struct AANet {
  /// What the network is made of.
  package let configuration: AANetConfiguration
  /// All its numbers.
  package let store: ParameterStore
  /// How its losses are weighed.
  package let multiTaskLoss: MultiTaskLoss
  /// Which numbers of its descriptors are whose.
  package let layout: DescriptorLayout
  private let backbone: ResNet
  /// The classifiers of identities, by the vector that each gives.
  package let identityHeads: [DescriptorLayout.Slot: IdentityHead]
  let attributeTask: AttributeTask?

  /// Registers the network's parameters, all at their neutral values: load or initialise them next.
  package init(_ configuration: AANetConfiguration, on engine: Engine) {
    let store = ParameterStore(on: engine)
    let layout = configuration.descriptorLayout
    let features = configuration.backbone.channels
    var heads: [DescriptorLayout.Slot: IdentityHead] = [:]
    func addHeads(of tasks: Set<AANetTask>) {
      for slot in layout.slots where tasks.contains(slot.task) {
        heads[slot] = slot.identityHead.map {
          IdentityHead($0, features: features, width: layout.width, identities: configuration.identities, in: store)
        }
      }
    }
    self.configuration = configuration
    self.store = store
    self.layout = layout
    backbone = ResNet(configuration.backbone, prefix: "backbone.", in: store)
    // In forward order, which is the order of the parameters.
    addHeads(of: [.global, .part])
    attributeTask = configuration.attribute.map {
      AttributeTask($0, features: features, width: layout.width, in: store)
    }
    addHeads(of: [.attention])
    identityHeads = heads
    multiTaskLoss = MultiTaskLoss(configuration, in: store)
  }

  /// What a pass over a batch gives.
  package struct Output {
    /// The feature map X, `[N, H, W, Z]`.
    package let features: Value
    /// Which of the vectors are whose.
    package let layout: DescriptorLayout
    /// The V vectors of every classifier, in the layout's order, each `[N, V]`.
    package let vectors: [Tensor]
    /// Identity logits `[N, C]` of the tasks that classify identities, in training.
    package let identityLogits: [AANetTask: [Value]]
    /// Attribute logits `[N, classes]`, in the configuration's order.
    package let attributeLogits: [Value]
    /// The rows of each part in each image.
    package let partRegions: [[Range<Int>]]
    /// The attribute attention map, `[N, H, W]`.
    package let attentionMap: Tensor?

    /// The V vectors of one classifier, `[N, V]`; nil where the network has none of it.
    package func vectors(of slot: DescriptorLayout.Slot) -> Tensor? { layout.place(of: slot).map { vectors[$0] } }

    /// The descriptors, one after the other: `N × 12·V` numbers with all tasks on.
    package var descriptors: [Float] {
      let rows = features.shape[0]
      return (0..<rows).flatMap { row in
        vectors.flatMap { vector -> UnsafeMutableBufferPointer<Float> in
          let width = vector.shape[1]
          return UnsafeMutableBufferPointer(start: vector.pointer + row * width, count: width)
        }
      }
    }
  }

  /// Runs the network over a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, 3]`, normalised.
  ///   - seeFeatureGradient: gets the total loss's gradient by X, `N·H·W·Z` numbers, when the reverse pass reaches it.
  package func callAsFunction(
    _ images: Value, on tape: Tape, seeFeatureGradient: (([Float]) -> Void)? = nil
  ) -> Output {
    let features = backbone(images, on: tape)
    if let seeFeatureGradient { tape.observeGradient(of: features, seeFeatureGradient) }
    var vectors: [DescriptorLayout.Slot: Tensor] = [:]
    var identityLogits: [AANetTask: [Value]] = [:]
    func classify(_ pooled: Value, _ slot: DescriptorLayout.Slot) {
      guard let head = identityHeads[slot] else { return }
      let (vector, logits) = head(pooled, on: tape)
      vectors[slot] = vector.tensor
      if let logits { identityLogits[slot.task, default: []].append(logits) }
    }

    // One pass over X pools what the global and the part task need.
    let partRegions =
      configuration.part.map {
        PartBins.regions(of: features.tensor, parts: $0.parts, binning: $0.binning, on: tape.engine)
      } ?? []
    let whole = [Range<Int>](repeating: 0..<features.shape[1], count: features.shape[0])
    let pools = layout.slots.compactMap { slot -> (slot: DescriptorLayout.Slot, rows: [Range<Int>])? in
      switch slot {
      case .global: (slot, whole)
      case .part(let number): (slot, partRegions[number])
      case .attributes, .attention: nil
      }
    }
    if !pools.isEmpty {
      let pooled = tape.regionMeans(features, regions: pools.map(\.rows))
      for (pool, vector) in zip(pools, pooled) { classify(vector, pool.slot) }
    }

    var attributeLogits: [Value] = []
    var attentionMap: Tensor?
    if let attributeTask {
      let output = attributeTask(features, on: tape)
      for (region, vector) in output.vectors { vectors[.attributes(region)] = vector.tensor }
      attributeLogits = output.logits
      if let attention = configuration.attention {
        let map = attributeTask.attentionMap(output, attention, on: tape.engine)
        classify(tape.attendedMean(features, map: map), .attention)
        attentionMap = map
      }
    }
    return Output(
      features: features, layout: layout, vectors: layout.slots.compactMap { vectors[$0] },
      identityLogits: identityLogits, attributeLogits: attributeLogits, partRegions: partRegions,
      attentionMap: attentionMap)
  }

  /// The losses of a training pass.
  ///
  /// - Parameters:
  ///   - identities: the class of each image.
  ///   - attributes: for each attribute of the configuration the value of each image, −1 where it is not labelled. Not
  ///     read where the attribute task is off.
  package func losses(_ output: Output, identities: [Int], attributes: [[Int]], on tape: Tape) -> [TaskLoss] {
    configuration.tasks.map { task in
      switch task {
      case .attribute:
        let terms = zip(output.attributeLogits, attributes).map { tape.crossEntropy($0, labels: $1) }
        return TaskLoss(task, terms, configuration.attribute?.reduction ?? .mean)
      case .part:
        let terms = (output.identityLogits[.part] ?? []).map { tape.crossEntropy($0, labels: identities) }
        return TaskLoss(task, terms, configuration.part?.reduction ?? .sum)
      case .global, .attention:
        let terms = (output.identityLogits[task] ?? []).map { tape.crossEntropy($0, labels: identities) }
        return TaskLoss(task, terms, .sum)
      }
    }
  }
}
