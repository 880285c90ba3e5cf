import Layers
import Tensors

/// The stream of the parts beside the backbone, and what joins their vectors.
struct PoseNetwork: TaskNetwork {
  private static let prefix = "part_stream."

  private let task: PoseTask
  private let stream: ResNet
  /// Empty where parts stay as they are cut.
  private let transforms: [PartTransform]
  /// `[Z]` each; nil where the parts' vector is taken as it is.
  private let fusion: (weight: Parameter, bias: Parameter)?
  /// Of the image, of the parts, of both.
  private let classifiers: [IdentityClassifier]

  init(_ task: PoseTask, _ sizes: TaskSizes, in store: ParameterStore) {
    self.task = task
    stream = ResNet(
      sizes.backbone, prefix: Self.prefix,
      sharing: SharedConvolutions(of: ResNet.backbonePrefix, throughStage: task.sharedStages), in: store)
    transforms =
      task.transform.map { settings in
        TransformedPart.allCases.map { PartTransform($0, settings, in: store) }
      } ?? []
    let (features, rate) = (sizes.features, task.fusion.rate)
    classifiers = [
      IdentityClassifier("global_classifier", inputs: features, sizes, in: store),
      IdentityClassifier("part_classifier", inputs: features, sizes, in: store),
      IdentityClassifier("fused_classifier", inputs: 2 * features, sizes, rate: rate, in: store),
    ]
    fusion =
      task.fusion.isWeighted
      ? (
        store.parameter("fusion.weight", shape: [features], group: .new, rate: rate),
        store.parameter("fusion.bias", shape: [features], group: .new, rate: rate)
      ) : nil
    fusion?.weight.value.values.update(repeating: 1)
  }

  var copiesOfBackbone: [String] { [Self.prefix] }

  func deviation(of parameter: Parameter) -> Double? {
    transforms.lazy.compactMap { $0.deviation(of: parameter) }.first
  }

  func firstValues(of parameter: Parameter) -> [Float]? {
    transforms.lazy.compactMap { $0.firstValues(of: parameter) }.first
  }

  func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] { [features.allRows] }

  func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
    var output = TaskOutput()
    guard let image = pooled.first?.vector,
      let map = stream(straightened(pass, on: tape), on: tape).last.map(tape.widened)
    else { return output }
    tape.trace("Y", map)
    let parts = tape.regionMeans(map, regions: [map.tensor.allRows])[0]
    let fused = fusion.map { tape.weighedTanh(parts, weight: $0.weight, bias: $0.bias) } ?? parts
    output.vectors = [image, fused]
    // In evaluation, too: the image's name the class whose map is shown, and all are nothing beside the backbone.
    let read = [image, parts, tape.joined([image, fused])]
    output.identityLogits = zip(classifiers, read).map { $0($1, on: tape) }
    return output
  }

  /// The part image, each part but the head drawn anew by its learned map.
  private func straightened(_ pass: TaskPass, on tape: Tape) -> Value {
    let (height, width) = (pass.images.shape[1], pass.images.shape[2])
    let images = pass.input(.partImage(height: height, width: width))
    guard !transforms.isEmpty else { return tape.input(images) }
    let maps = transforms.map { transform in
      let map = transform(images, on: tape)
      tape.trace("theta.\(transform.part.rawValue)", map.reshaped([images.shape[0], 2, 3]))
      return map
    }
    let boxes = transforms.map { $0.part.box(height: height, width: width) }
    let straight = tape.redrawn(tape.input(images), boxes: boxes, by: maps)
    tape.trace("straight", straight)
    return straight
  }

  func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
    var output = GraphOutput()
    guard let map = stream(straightened(pass, in: graph), in: graph).last else { return output }
    let parts = graph.mean(map)
    let fused =
      fusion.map { fusion in
        let weighed = graph.apply("Mul", parts, graph.constant(fusion.weight))
        return graph.apply("Tanh", graph.apply("Add", weighed, graph.constant(fusion.bias)))
      } ?? parts
    output.vectors = [graph.mean(pass.features), fused]
    return output
  }

  private func straightened(_ pass: GraphPass, in graph: OperatorGraph) -> OperatorGraph.Value {
    let (height, width) = (pass.images.shape[1], pass.images.shape[2])
    let images = pass.input(.partImage(height: height, width: width))
    return graph.redrawn(
      images, boxes: transforms.map { $0.part.box(height: height, width: width) },
      by: transforms.map { $0(images, in: graph) })
  }

  func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
    let weights = task.lossWeights
    let named = [("global", weights.global), ("part", weights.part), ("fused", weights.fused)]
    return TaskLoss(
      .pose,
      terms: zip(named, output.identityLogits).map { named, logits in
        .init(tape.crossEntropy(logits, labels: targets.identities), named: named.0, weight: named.1)
      })
  }

  /// The class activation map of the image's likeliest training identity.
  func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
    guard maps.global == nil, let logits = look.output.identityLogits.first else { return }
    maps.global = ActivationMap(
      AttentionMap.Contribution(
        logits: look.row(of: logits), weight: classifiers[0].weight.value, region: .global), features: look.features)
  }
}
