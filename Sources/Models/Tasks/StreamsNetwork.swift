import Layers
import Tensors

/// The streams of the body's boxes: shared convolutions, everything else each stream's own.
struct StreamsNetwork: TaskNetwork {
  private let task: StreamsTask
  /// The boxes' streams; the whole image's is the network's backbone.
  private let boxes: [(stream: BodyStream, part: BodyCrop.Part, backbone: ResNet)]
  let copiesOfBackbone: [String]
  private let heads: [MapHead]

  init(_ task: StreamsTask, _ sizes: TaskSizes, in store: ParameterStore) {
    self.task = task
    func prefix(_ stream: BodyStream) -> String { "streams.\(stream.rawValue)." }
    let shared = SharedConvolutions(of: ResNet.backbonePrefix, throughStage: 4)
    boxes = BodyStream.allCases.compactMap { stream in
      stream.part.map {
        (stream, $0, ResNet(sizes.backbone, prefix: prefix(stream), sharing: shared, in: store))
      }
    }
    copiesOfBackbone = boxes.map { prefix($0.stream) }
    heads = BodyStream.allCases.map {
      MapHead("heads.\($0.rawValue)", width: task.width, sizes, in: store)
    }
  }

  func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
    let (height, width) = (pass.images.shape[1], pass.images.shape[2])
    var maps = [pass.features]
    for (stream, part, backbone) in boxes {
      let crop = pass.input(.crop(task.crop(part, height: height, width: width)))
      guard let map = backbone(tape.input(crop), on: tape).last.map(tape.widened) else { continue }
      tape.trace("map.\(stream.rawValue)", map)
      maps.append(map)
    }
    var output = TaskOutput()
    for ((stream, head), map) in zip(zip(BodyStream.allCases, heads), maps) {
      let seen = head(map, task.feature, on: tape)
      tape.trace("vector.\(stream.rawValue)", seen.vector)
      output.vectors.append(tape.unitSum(seen.vector, times: task.descriptorWeights[stream]))
      if let logits = seen.logits { output.identityLogits.append(logits) }
    }
    return output
  }

  func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
    let (height, width) = (pass.images.shape[1], pass.images.shape[2])
    let maps =
      [pass.features]
      + boxes.compactMap { box in
        box.backbone(pass.input(.crop(task.crop(box.part, height: height, width: width))), in: graph).last
      }
    var output = GraphOutput()
    output.vectors = zip(zip(BodyStream.allCases, heads), maps).map { stream, map in
      graph.unitSum(stream.1(map, task.feature, in: graph), times: Float(task.descriptorWeights[stream.0]))
    }
    return output
  }

  func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
    let terms = zip(BodyStream.allCases, output.identityLogits).map { stream, logits in
      TaskLoss.Term(
        tape.crossEntropy(logits, labels: targets.identities), named: stream.rawValue, weight: task.lossWeights[stream])
    }
    return TaskLoss(.streams, terms: terms)
  }

  /// The class activation map of the likeliest training identity of the whole image: the classifier is linear in what it
  /// takes the mean of.
  func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
    guard maps.global == nil else { return }
    let tape = Tape(on: look.engine, mode: .evaluation)
    let map = heads[0].map(of: tape.input(look.features), on: tape)
    let mean = tape.regionMeans(map, regions: [map.tensor.allRows])[0]
    let logits = heads[0].classifier(mean, on: tape)
    maps.global = ActivationMap(
      AttentionMap.Contribution(
        logits: logits.tensor, weight: heads[0].classifier.weight.value, region: .global), features: map.tensor)
  }
}

/// The classifier of a map: reduced at each place, normalised, averaged, classified.
private struct MapHead {
  /// `[V, 1, 1, Z]`.
  let reduce: Parameter
  let norm: BatchNorm
  let classifier: IdentityClassifier

  init(_ name: String, width: Int, _ sizes: TaskSizes, in store: ParameterStore) {
    reduce = store.parameter(
      "\(name).reduce.weight", shape: [width, 1, 1, sizes.features], layout: .convolution, group: .new)
    norm = BatchNorm("\(name).bn", channels: width, group: .new, in: store)
    classifier = IdentityClassifier("\(name).classifier", inputs: width, sizes, in: store)
  }

  /// What is averaged, `[N, h, w, V]`.
  func map(of features: Value, on tape: Tape) -> Value { tape.convolution(features, reduce, then: norm) }

  func callAsFunction(
    _ features: OperatorGraph.Value, _ feature: StreamsTask.Feature, in graph: OperatorGraph
  ) -> OperatorGraph.Value {
    switch feature {
    case .relu: graph.mean(graph.convolution(features, reduce, then: norm))
    case .convolution: graph.mean(graph.convolution(features, reduce))
    }
  }

  /// The vector that goes into the descriptor, and the logits, which are for training.
  func callAsFunction(
    _ features: Value, _ feature: StreamsTask.Feature, on tape: Tape
  ) -> (vector: Value, logits: Value?) {
    func mean(_ map: Value) -> Value { tape.regionMeans(map, regions: [map.tensor.allRows])[0] }
    switch feature {
    case .relu:
      let vector = mean(map(of: features, on: tape))
      return (vector, tape.isRecording ? classifier(vector, on: tape) : nil)
    case .convolution:
      let reduced = tape.convolution(features, reduce)
      return (
        mean(reduced), tape.isRecording ? classifier(mean(tape.batchNorm(reduced, norm)), on: tape) : nil
      )
    }
  }
}
