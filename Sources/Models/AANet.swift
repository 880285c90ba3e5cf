import Layers
import Tensors

/// The Attribute Attention Network: a backbone and up to four tasks on its feature map.
///
/// Source: Tay, Roy, Yap, "AANet: Attribute Attention Network for Person Re-Identifications", CVPR 2019.
public struct AANet {
  /// What the network is made of.
  public let configuration: AANetConfiguration
  /// All its numbers.
  public let store: ParameterStore
  /// How its losses are weighed.
  public let multiTaskLoss: MultiTaskLoss
  private let backbone: ResNet
  private let globalHead: IdentityHead?
  private let partHeads: [IdentityHead]
  private let attributeTask: AttributeTask?
  private let attentionHead: IdentityHead?

  /// Registers the network's parameters, all at their neutral values: load or initialise them next.
  public init(_ configuration: AANetConfiguration, on engine: Engine) {
    let store = ParameterStore(on: engine)
    let features = configuration.backbone.channels
    func head(_ name: String) -> IdentityHead {
      IdentityHead(
        name, features: features, width: configuration.headWidth, identities: configuration.identities, in: store)
    }
    self.configuration = configuration
    self.store = store
    backbone = ResNet(configuration.backbone, prefix: "backbone.", in: store)
    globalHead = configuration.global ? head("global_head") : nil
    partHeads = (0..<(configuration.part?.parts ?? 0)).map { head("part_heads.\($0)") }
    attributeTask = configuration.attribute.map {
      AttributeTask($0, features: features, width: configuration.headWidth, in: store)
    }
    attentionHead = configuration.attention == nil ? nil : head("attention_head")
    multiTaskLoss = MultiTaskLoss(configuration, in: store)
  }

  /// What a pass over a batch gives.
  public struct Output {
    /// The feature map X, `[N, H, W, Z]`.
    public let features: Value
    /// The V vectors of every classifier, in the descriptor's order, each `[N, V]`.
    public let vectors: [Tensor]
    /// Identity logits `[N, C]` of the tasks that classify identities, in training.
    public let identityLogits: [AANetTask: [Value]]
    /// Attribute logits `[N, classes]`, in the configuration's order.
    public let attributeLogits: [Value]
    /// The rows of each part in each image.
    public let partRegions: [[Range<Int>]]
    /// The attribute attention map, `[N, H, W]`.
    public let attentionMap: Tensor?

    /// The descriptors, one after the other: `N × 12·V` numbers with all tasks on.
    public var descriptors: [Float] {
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
  public func callAsFunction(
    _ images: Value, on tape: Tape, seeFeatureGradient: (([Float]) -> Void)? = nil
  ) -> Output {
    let features = backbone(images, on: tape)
    if let seeFeatureGradient { tape.observeGradient(of: features, seeFeatureGradient) }
    let rows = features.shape[1]
    var vectors: [Tensor] = []
    var identityLogits: [AANetTask: [Value]] = [:]
    func classify(_ pooled: Value, _ head: IdentityHead, _ task: AANetTask) {
      let (vector, logits) = head(pooled, on: tape)
      vectors.append(vector.tensor)
      if let logits { identityLogits[task, default: []].append(logits) }
    }

    // One pass over X pools what the global and the part task need.
    let partRegions =
      configuration.part.map {
        PartBins.regions(of: features.tensor, parts: $0.parts, binning: $0.binning, on: tape.engine)
      } ?? []
    let whole = globalHead == nil ? [] : [[Range<Int>](repeating: 0..<rows, count: features.shape[0])]
    if !(whole + partRegions).isEmpty {
      let pooled = tape.regionMeans(features, regions: whole + partRegions)
      if let globalHead { classify(pooled[0], globalHead, .global) }
      for (region, head) in zip(pooled.dropFirst(whole.count), partHeads) { classify(region, head, .part) }
    }

    var attributeLogits: [Value] = []
    var attentionMap: Tensor?
    if let attributeTask {
      let output = attributeTask(features, on: tape)
      vectors += output.vectors.map(\.tensor)
      attributeLogits = output.logits
      if let attention = configuration.attention, let attentionHead {
        let map = attributeTask.attentionMap(output, attention, on: tape.engine)
        classify(tape.attendedMean(features, map: map), attentionHead, .attention)
        attentionMap = map
      }
    }
    return Output(
      features: features, vectors: vectors, identityLogits: identityLogits, attributeLogits: attributeLogits,
      partRegions: partRegions, attentionMap: attentionMap)
  }

  /// The losses of a training pass.
  ///
  /// - Parameters:
  ///   - identities: the class of each image.
  ///   - attributes: for each attribute of the configuration the value of each image, −1 where it is not labelled. Not
  ///     read where the attribute task is off.
  public func losses(_ output: Output, identities: [Int], attributes: [[Int]], on tape: Tape) -> [TaskLoss] {
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
