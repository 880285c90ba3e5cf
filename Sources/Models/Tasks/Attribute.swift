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

/// What the attribute task's classifiers read.
package enum AttributeFeatures: String, Sendable, CaseIterable {
  /// A map of V channels that all attributes share: X by a 1×1 convolution, BatchNorm and ReLU (AANet's F).
  case reduced
  /// X itself, with nothing between its means and the classifiers.
  case pooled
}

/// Attributes, the paper's AFN and `L_a`: one map F of V channels, averaged over the whole and over three thirds, and a
/// linear classifier for each attribute on its region's vector. Without regions there is the whole alone; on pooled
/// features F is X.
///
/// Source: paper, section 3.3 (i) and Figure 5.
package struct AttributeTask: Task {
  /// How the attributes' losses become `L_a`.
  package var reduction: LossReduction
  /// With ``AttributeRegions/whole`` an attribute's own region is not read.
  package var regions: AttributeRegions
  package var features: AttributeFeatures

  package static let name = TaskName.attribute
  package static let mark = "a"
  package static let meaning = "The attributes that the dataset's annotators labelled."
  package static let readsAttributes = true
  package static let keys: [Key<AttributeTask>] = [
    Key("reduction", \.reduction, .word, "How the attributes' losses become one."),
    Key(
      "regions", \.regions, .word,
      "Where attributes are looked for: each in its own third of the map, or all of them in the whole."),
    Key(
      "features", \.features, .word,
      "What the classifiers read: means of a map of head.width channels, or of the feature map itself.",
      isYounger: true),
  ]

  package init() { self.init(reduction: .mean) }

  package init(
    reduction: LossReduction = .mean, regions: AttributeRegions = .thirds, features: AttributeFeatures = .reduced
  ) {
    self.reduction = reduction
    self.regions = regions
    self.features = features
  }

  package var variant: String? {
    let words = [regions == .whole ? "no regions" : nil, features == .pooled ? "pooled features" : nil]
    let said = words.compactMap { $0 }
    return said.isEmpty ? nil : said.joined(separator: ", ")
  }

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
    regions.pooled.map { .init(.attributes($0), width: width(in: sizes)) }
  }

  /// The numbers that a classifier reads.
  private func width(in sizes: TaskSizes) -> Int { features == .reduced ? sizes.width : sizes.features }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let reduction = features == .reduced ? sizes.features * sizes.width + 2 * sizes.width : 0
    return sizes.labels.attributes.reduce(reduction) { $0 + (width(in: sizes) + 1) * $1.classes }
  }

  package func multiplications(on map: MapExtent, in sizes: TaskSizes) -> Double {
    features == .reduced ? Double(map.places) * Double(sizes.features) * Double(sizes.width) : 0
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let attributes = sizes.labels.attributes
    let means = regions == .thirds ? "means of the whole and of thirds" : "mean"
    let reduced: [TaskSketch.Box] =
      features == .reduced ? [.step("1×1 convolution, BatchNorm, ReLU", "\(map.sides)×\(sizes.width)")] : []
    return TaskSketch(
      from: .features,
      through: reduced + [
        .vector(means, .numbers(regions.pooled.count, width(in: sizes))),
        .step("\(attributes.count) linear layers", "\(attributes.reduce(0) { $0 + $1.classes }) values"),
        .loss(.crossEntropies(attributes.count, reduction)),
      ])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(self, sizes, in: store)
  }

  private struct Network: TaskNetwork {
    let task: AttributeTask
    /// What makes F of X; nil where F is X.
    let reduction: Reduction?
    let attributeClassifiers: [AttributeClassifier]

    init(_ task: AttributeTask, _ sizes: TaskSizes, in store: ParameterStore) {
      self.task = task
      reduction = task.features == .reduced ? Reduction(sizes, in: store) : nil
      attributeClassifiers = sizes.labels.attributes.map { attribute in
        let name = "attribute_classifiers.\(attribute.name)"
        return AttributeClassifier(
          attribute: attribute.name,
          weight: store.parameter("\(name).weight", shape: [attribute.classes, task.width(in: sizes)], group: .new),
          bias: store.parameter("\(name).bias", shape: [attribute.classes], group: .new),
          region: task.regions == .whole ? .global : attribute.region)
      }
    }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      reduction == nil ? regions(of: features) : []
    }

    /// The rows of each region in each image of a map.
    private func regions(of map: Tensor) -> [[Range<Int>]] {
      task.regions.pooled.map { Array(repeating: $0.rows(of: map.shape[1]), count: map.shape[0]) }
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var (map, means) = (pass.features, pooled.map(\.vector))
      if let reduction {
        map = tape.convolution(pass.features, reduction.weight, then: reduction.norm)
        means = tape.regionMeans(map, regions: regions(of: map.tensor))
      }
      let vectors = Dictionary(uniqueKeysWithValues: zip(task.regions.pooled, means))
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

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let map = reduction.map { graph.convolution(pass.features, $0.weight, then: $0.norm) } ?? pass.features
      let means = graph.each(graph.means(of: map, rows: task.regions.pooled.map { $0.rows(of: map.shape[1]) }))
      let vectors = Dictionary(uniqueKeysWithValues: zip(task.regions.pooled, means))
      var output = GraphOutput()
      output.vectors = means
      output.attributes = attributeClassifiers.compactMap { classifier in
        vectors[classifier.region].map {
          .init(
            classifier: classifier, logits: graph.linear($0, classifier.weight, bias: classifier.bias), map: map)
        }
      }
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      let terms = zip(output.attributes, targets.attributes).map { tape.crossEntropy($0.logits, labels: $1) }
      return TaskLoss(.attribute, terms, task.reduction)
    }

    /// Each attribute's class activation map over its region's rows.
    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      let map = reduction?.map(of: look.features, on: look.engine) ?? look.features
      maps.attributes = look.output.attributes.map { evidence in
        ActivationMap(
          AttentionMap.Contribution(
            logits: look.row(of: evidence.logits), weight: evidence.classifier.weight.value,
            region: evidence.classifier.region),
          features: map)
      }
    }
  }

  /// `F = relu(BatchNorm(reduce · X))` at every place.
  private struct Reduction {
    /// `[V, 1, 1, Z]`.
    let weight: Parameter
    let norm: BatchNorm

    init(_ sizes: TaskSizes, in store: ParameterStore) {
      weight = store.parameter(
        "attribute_reduce.weight", shape: [sizes.width, 1, 1, sizes.features], layout: .convolution, group: .new)
      norm = BatchNorm("attribute_bn", channels: sizes.width, group: .new, in: store)
    }

    /// F of one image in evaluation, `[1, H, W, V]`, from its X.
    func map(of features: Tensor, on engine: Engine) -> Tensor {
      let numbers = NormNumbers(norm)
      let (height, width, channels) = (features.shape[1], features.shape[2], features.shape[3])
      let units = weight.value.shape[0]
      let map = engine.empty([1, height, width, units])
      MatrixProduct.multiply(
        rows: height * width, columns: units, depth: channels, .plain(features.pointer, stride: channels),
        .transposed(weight.value.pointer, stride: channels), into: map.pointer, stride: units)
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
