import Configuration
import Layers
import Support
import Tensors

/// Identity from what the attribute attention map leaves of the feature map: the paper's AAM and `L_aa`. It takes no
/// pass of its own over the images: it is made of the attribute task's maps.
///
/// Source: paper, section 3.3 (ii). How the maps are merged is ``AttentionMap``.
package struct AttentionTask: Task {
  /// The attributes whose maps are merged; nil takes the dataset's own selection.
  package var attributes: [String]?
  /// What of the merged map becomes 0.
  package var threshold: AttentionThreshold

  package static let name = TaskName.attention
  package static let mark = "aa"
  package static let meaning = "Identity from where the network looked to name attributes."
  package static let keys: [Key<AttentionTask>] = [
    Key(
      "attributes", \.attributes,
      .optional(
        .list(of: .text(maximum: 100), count: 1...100) { name, before, item throws(ConfigurationError) in
          guard !before.contains(name) else { throw item.error("\(Wording.quoted(name)) stands here twice") }
        }, or: "default", expected: "'default' or a list of attributes"),
      "The attributes whose maps are merged; 'default' is the dataset's own selection."),
    Key(
      "threshold", \.threshold, .threshold,
      "What of the merged map becomes 0: what is below its mean, Otsu's level or a fraction of its maximum."),
  ]

  package init() { self.init(attributes: nil) }

  package init(attributes: [String]? = nil, threshold: AttentionThreshold = .mean) {
    self.attributes = attributes
    self.threshold = threshold
  }

  package var needs: [TaskNeed] { [TaskNeed(task: .attribute, reason: "whose maps it is made of")] }

  package func fault(learning labels: TrainingLabels) -> SettingFault? {
    let known = labels.attributes.map(\.name)
    guard !chosen(from: labels).isEmpty else {
      return SettingFault(
        at: "tasks.attention.attributes", "tasks.attention",
        reason: "the attention task names no attribute; name some of \(Wording.list(known))")
    }
    return chosen(from: labels).first { !known.contains($0) }.map { name in
      SettingFault(
        at: "tasks.attention.attributes",
        reason: Wording.unknown("\(labels.source) has no attribute", naming: name, among: known))
    }
  }

  /// The attributes whose maps are merged.
  package func chosen(from labels: TrainingLabels) -> [String] { attributes ?? labels.attended }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] { [.init(.attention, width: sizes.width)] }

  package func parameterCount(in sizes: TaskSizes) -> Int { IdentityHead.parameterCount(in: sizes) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    TaskSketch(
      from: .task(.attribute), .features,
      through: [
        .step("maximum of \(chosen(from: sizes.labels).count) attributes’ maps, cut off", map.sides),
        .step("mean of X, weighed by the map", "\(sizes.features)"),
      ] + TaskSketch.Box.head(in: sizes))
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(
      chosen: chosen(from: sizes.labels), threshold: threshold, head: IdentityHead("attention_head", sizes, in: store))
  }

  private struct Network: TaskNetwork {
    let chosen: [String]
    let threshold: AttentionThreshold
    let head: IdentityHead

    var identityHeads: [DescriptorLayout.Slot: IdentityHead] { [.attention: head] }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      let evidence = pass.outputs[.attribute]?.attributes ?? []
      guard let features = evidence.first?.map else { return output }
      let contributions = evidence.filter { chosen.contains($0.classifier.attribute) }.map {
        AttentionMap.Contribution(
          logits: $0.logits.tensor, weight: $0.classifier.weight.value, region: $0.classifier.region)
      }
      let map = AttentionMap.merged(contributions, features: features.tensor, threshold: threshold, on: tape.engine)
      output.classify(tape.attendedMean(pass.features, map: map), by: head, on: tape)
      output.map = map
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      var output = GraphOutput()
      let evidence = pass.outputs[.attribute]?.attributes ?? []
      let map = AttentionMap.merged(
        evidence.filter { chosen.contains($0.classifier.attribute) }, threshold: threshold, in: graph)
      let weights = graph.reshaped(map, [map.shape[0] * map.shape[1], 1])
      let sum = graph.reshaped(graph.product(graph.flat(pass.features), weights), [pass.features.shape[0]])
      output.classify(
        graph.apply("Div", sum, graph.float(Float(weights.shape[0]))), by: head, in: graph)
      output.map = map
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .attention, output, targets, .sum, on: tape)
    }

    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      maps.attention = look.output.map.map { map in
        let places = map.shape[1] * map.shape[2]
        return map.view([places], offset: look.image * places).array
      }
    }
  }
}

extension TaskName {
  package static let attention = TaskName(of: "attention")
}

extension DescriptorLayout.Slot {
  /// The attention task's.
  package static let attention = Self(task: .attention)
}

extension Form where Value == AttentionThreshold {
  /// A word, or a fraction of the map's maximum.
  fileprivate static var threshold: Form {
    Form("mean, otsu, or number, 0 to 1") { setting, _ throws(ConfigurationError) in
      if setting.isWord("mean") { return .mean }
      if setting.isWord("otsu") { return .otsu }
      guard let number = try? setting.double() else {
        throw setting.mismatch("mean, otsu or a fraction of the map's maximum between 0 and 1")
      }
      guard (0...1).contains(number) else {
        throw setting.error("a fraction of the map's maximum lies between 0 and 1")
      }
      return .fraction(number)
    } write: { threshold in
      switch threshold {
      case .mean: .string("mean")
      case .otsu: .string("otsu")
      case .fraction(let share): .double(share)
      }
    }
  }
}
