import Layers
import Tensors

/// The attribute task, the paper's AFN: one map F of V channels, averaged over the whole and over three thirds, and a
/// linear classifier for each attribute on its region's vector. Without regions there is the whole alone.
///
/// Source: paper, section 3.3 (i) and Figure 5.
struct AttributeTask {
  private let configuration: AttributeTaskConfiguration
  private let reduce: Parameter
  private let norm: BatchNorm
  private let classifiers: [(weight: Parameter, bias: Parameter)]

  init(_ configuration: AttributeTaskConfiguration, features: Int, width: Int, in store: ParameterStore) {
    self.configuration = configuration
    reduce = store.parameter(
      "attribute_reduce.weight", shape: [width, 1, 1, features], layout: .convolution, group: .new)
    norm = BatchNorm("attribute_bn", channels: width, group: .new, in: store)
    classifiers = configuration.attributes.map { attribute in
      let name = "attribute_classifiers.\(attribute.name)"
      return (
        store.parameter("\(name).weight", shape: [attribute.classes, width], group: .new),
        store.parameter("\(name).bias", shape: [attribute.classes], group: .new)
      )
    }
  }

  struct Output {
    /// F, `[N, H, W, V]`.
    let map: Value
    /// The averages over the regions, in the order of `AttributeRegions.pooled`, each `[N, V]`.
    let vectors: [Value]
    /// The logits of each attribute.
    let logits: [Value]
  }

  func callAsFunction(_ features: Value, on tape: Tape) -> Output {
    let map = tape.convolution(features, reduce, then: norm)
    let (batch, height) = (features.shape[0], features.shape[1])
    let pooled = configuration.regions.pooled
    let regions = pooled.map { Array(repeating: $0.rows(of: height), count: batch) }
    let vectors = tape.regionMeans(map, regions: regions)
    let byRegion = Dictionary(uniqueKeysWithValues: zip(pooled, vectors))
    let logits = zip(configuration.attributes, classifiers).compactMap { attribute, classifier in
      byRegion[configuration.region(of: attribute)].map { tape.linear($0, classifier.weight, bias: classifier.bias) }
    }
    return Output(map: map, vectors: vectors, logits: logits)
  }

  func attentionMap(_ output: Output, _ attention: AttentionTaskConfiguration, on engine: Engine) -> Tensor {
    let contributions = configuration.attributes.indices
      .filter { attention.attributes.contains(configuration.attributes[$0].name) }
      .map { index in
        AttentionMap.Contribution(
          logits: output.logits[index].tensor, weight: classifiers[index].weight.value,
          region: configuration.region(of: configuration.attributes[index]))
      }
    return AttentionMap.merged(
      contributions, features: output.map.tensor, threshold: attention.threshold, on: engine)
  }
}
