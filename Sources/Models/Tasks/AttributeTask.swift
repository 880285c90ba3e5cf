import Layers
import Tensors

/// The attribute task, the paper's AFN: one map F of V channels, averaged over the whole and over three thirds, and a
/// linear classifier for each attribute on its region's vector. Without regions there is the whole alone.
///
/// Source: paper, section 3.3 (i) and Figure 5.
struct AttributeTask {
  private let configuration: AttributeTaskConfiguration
  /// `[V, 1, 1, Z]`.
  let reduce: Parameter
  let norm: BatchNorm
  /// The classifier of each attribute, in the configuration's order: `[classes, V]` and `[classes]`, and the region
  /// whose vector it reads.
  let classifiers: [(weight: Parameter, bias: Parameter, region: BodyRegion)]

  init(_ configuration: AttributeTaskConfiguration, features: Int, width: Int, in store: ParameterStore) {
    self.configuration = configuration
    reduce = store.parameter(
      "attribute_reduce.weight", shape: [width, 1, 1, features], layout: .convolution, group: .new)
    norm = BatchNorm("attribute_bn", channels: width, group: .new, in: store)
    classifiers = configuration.attributes.map { attribute in
      let name = "attribute_classifiers.\(attribute.name)"
      return (
        store.parameter("\(name).weight", shape: [attribute.classes, width], group: .new),
        store.parameter("\(name).bias", shape: [attribute.classes], group: .new),
        configuration.region(of: attribute)
      )
    }
  }

  struct Output {
    /// F, `[N, H, W, V]`.
    let map: Value
    /// The averages over the regions, each `[N, V]`.
    let vectors: [BodyRegion: Value]
    /// The logits of each attribute.
    let logits: [Value]
  }

  func callAsFunction(_ features: Value, on tape: Tape) -> Output {
    let map = tape.convolution(features, reduce, then: norm)
    let (batch, height) = (features.shape[0], features.shape[1])
    let pooled = configuration.regions.pooled
    let regions = pooled.map { Array(repeating: $0.rows(of: height), count: batch) }
    let means = tape.regionMeans(map, regions: regions)
    let vectors = Dictionary(uniqueKeysWithValues: zip(pooled, means))
    let logits = classifiers.compactMap { classifier in
      vectors[classifier.region].map { tape.linear($0, classifier.weight, bias: classifier.bias) }
    }
    return Output(map: map, vectors: vectors, logits: logits)
  }

  func attentionMap(_ output: Output, _ attention: AttentionTaskConfiguration, on engine: Engine) -> Tensor {
    let contributions = configuration.attributes.indices
      .filter { attention.attributes.contains(configuration.attributes[$0].name) }
      .map { index in
        AttentionMap.Contribution(
          logits: output.logits[index].tensor, weight: classifiers[index].weight.value,
          region: classifiers[index].region)
      }
    return AttentionMap.merged(
      contributions, features: output.map.tensor, threshold: attention.threshold, on: engine)
  }
}
