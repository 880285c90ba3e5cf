import Configuration
import Layers
import Tensors

/// Where the attribute task looks for attributes.
package enum AttributeRegions: String, Sendable, CaseIterable {
  /// Each in its own part of the map: the whole, or its top, middle or bottom third (paper, section 3.3).
  case thirds
  /// All of them in the whole map, as in networks without regions (APR).
  case whole

  /// The parts of the map that are averaged, each a vector of the descriptor.
  package var pooled: [BodyRegion] { self == .thirds ? BodyRegion.allCases : [.global] }
}

/// Attributes, the paper's AFN and `L_a`: one map F of V channels, averaged over the whole and over three thirds, and a
/// linear classifier for each attribute on its region's vector. Without regions there is the whole alone.
///
/// Source: paper, section 3.3 (i) and Figure 5.
package struct AttributeTask: Task {
  /// How the attributes' losses become `L_a`.
  package var reduction: LossReduction
  /// With ``AttributeRegions/whole`` an attribute's own region is not read.
  package var regions: AttributeRegions

  package static let name = TaskName.attribute
  package static let mark = "a"
  package static let meaning = "The attributes that the dataset's annotators labelled."
  package static let readsAttributes = true
  package static let keys: [Key<AttributeTask>] = [
    Key("reduction", \.reduction, .word, "How the attributes' losses become one."),
    Key(
      "regions", \.regions, .word,
      "Where attributes are looked for: each in its own third of the map, or all of them in the whole."),
  ]

  package init() { self.init(reduction: .mean) }

  package init(reduction: LossReduction = .mean, regions: AttributeRegions = .thirds) {
    self.reduction = reduction
    self.regions = regions
  }

  package var variant: String? { regions == .whole ? "no regions" : nil }
  package var addsUpTerms: Bool { reduction == .sum }

  package func fault(on map: MapExtent) -> SettingFault? {
    guard regions == .thirds, map.rows < 3 else { return nil }
    return SettingFault(
      at: "input.size", "backbone.last_stride", "tasks.attribute",
      reason:
        "the attribute task cuts the map into top, middle and bottom, and there is \(map.words); \(map.remedies(rows: 3))"
    )
  }

  package func fault(learning labels: TrainingLabels) -> SettingFault? {
    labels.attributes.isEmpty
      ? SettingFault(
        at: "tasks.attribute", reason: "the attribute task has no attribute to learn: \(labels.source) has none") : nil
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    regions.pooled.map { .init(.attributes($0), width: sizes.width) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    sizes.labels.attributes.reduce(sizes.features * sizes.width + 2 * sizes.width) {
      $0 + (sizes.width + 1) * $1.classes
    }
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    Double(map.places) * Double(sizes.features) * Double(sizes.width)
  }

  package func sketch(on map: MapExtent, in sizes: TaskSizes) -> TaskSketch {
    let attributes = sizes.labels.attributes
    let means = regions == .thirds ? "means of the whole and of thirds" : "mean"
    return TaskSketch(
      from: .features,
      through: [
        .step("1×1 convolution, BatchNorm, ReLU", "\(map.sides)×\(sizes.width)"),
        .vector(means, .numbers(regions.pooled.count, sizes.width)),
        .step("\(attributes.count) linear layers", "\(attributes.reduce(0) { $0 + $1.classes }) values"),
        .loss(.crossEntropies(attributes.count, reduction)),
      ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(self, sizes, in: store)
  }

  private struct Network: TaskNetwork {
    let task: AttributeTask
    /// `[V, 1, 1, Z]`.
    let reduce: Parameter
    let norm: BatchNorm
    let attributeClassifiers: [AttributeClassifier]

    init(_ task: AttributeTask, _ sizes: TaskSizes, in store: ParameterStore) {
      self.task = task
      reduce = store.parameter(
        "attribute_reduce.weight", shape: [sizes.width, 1, 1, sizes.features], layout: .convolution, group: .new)
      norm = BatchNorm("attribute_bn", channels: sizes.width, group: .new, in: store)
      attributeClassifiers = sizes.labels.attributes.map { attribute in
        let name = "attribute_classifiers.\(attribute.name)"
        return AttributeClassifier(
          attribute: attribute.name,
          weight: store.parameter("\(name).weight", shape: [attribute.classes, sizes.width], group: .new),
          bias: store.parameter("\(name).bias", shape: [attribute.classes], group: .new),
          region: task.regions == .whole ? .global : attribute.region)
      }
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let map = tape.convolution(pass.features, reduce, then: norm)
      let (batch, height) = (map.shape[0], map.shape[1])
      let regions = task.regions.pooled
      let means = tape.regionMeans(
        map, regions: regions.map { Array(repeating: $0.rows(of: height), count: batch) })
      let vectors = Dictionary(uniqueKeysWithValues: zip(regions, means))
      var output = TaskOutput()
      output.vectors = means
      output.attributes = attributeClassifiers.compactMap { classifier in
        vectors[classifier.region].map {
          AttributeEvidence(
            classifier: classifier, logits: tape.linear($0, classifier.weight, bias: classifier.bias), map: map)
        }
      }
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      let terms = zip(output.attributes, targets.attributes).map { tape.crossEntropy($0.logits, labels: $1) }
      return TaskLoss(.attribute, terms, task.reduction)
    }

    /// Each attribute's class activation map over its region's rows: `M(h,w) = Σ_v W[c,v] · F[h,w,v]`.
    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      let map = features(of: look)
      maps.attributes = look.output.attributes.map { evidence in
        let classes = evidence.logits.shape[1]
        let logits = evidence.logits.tensor.view([1, classes], offset: look.image * classes)
        let rows = evidence.classifier.region.rows(of: map.shape[1])
        let contribution = AttentionMap.Contribution(
          logits: logits, weight: evidence.classifier.weight.value, region: evidence.classifier.region)
        return ActivationMap(
          predicted: logits.array.firstIndexOfLargest, rows: rows, width: map.shape[2],
          values: AttentionMap.activation(contribution, features: map, image: 0, rows: rows))
      }
    }

    /// F of one image, `[1, H, W, V]`: `relu(BatchNorm(reduce · X))` at every place.
    private func features(of look: ImageLook) -> Tensor {
      let numbers = NormNumbers(norm)
      let features = look.features
      let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
      let units = reduce.value.shape[0]
      let map = look.engine.empty([1, height, width, units])
      MatrixProduct.multiply(
        rows: height * width, columns: units, depth: channels, .plain(features.pointer, stride: channels),
        .transposed(reduce.value.pointer, stride: channels), into: map.pointer, stride: units)
      for place in 0..<height * width {
        for v in 0..<units {
          let value = Double(map.pointer[place * units + v]) * numbers.scale[v] + numbers.offset[v]
          map.pointer[place * units + v] = Float(max(0, value))
        }
      }
      return map
    }
  }
}

extension TaskName {
  package static let attribute = TaskName(of: "attribute")
}

extension DescriptorLayout.Slot {
  /// The attribute task's average over a region.
  package static func attributes(_ region: BodyRegion) -> Self {
    Self(task: .attribute, number: BodyRegion.allCases.firstIndex(of: region) ?? 0)
  }
}
