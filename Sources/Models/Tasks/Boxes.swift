import Configuration
import Layers
import Support
import Tensors

/// Identity from each of several boxes around the places where the feature map's channels respond most, found in each
/// image anew and numbered from top to bottom.
///
/// Source: Yao, Zhang, Zhang, Li and Tian, "Deep representation learning with part loss for person re-identification",
/// arXiv 1707.00798. How the boxes are found is ``PartBoxes``.
package struct BoxesTask: Task {
  /// How many parts.
  package var parts = 8
  package var clustering: PartClustering = .plane

  package static let name = TaskName.boxes
  package static let mark = "b"
  package static let meaning = "Identity from each of several boxes around the channels' strongest responses."
  package static let keys: [Key<BoxesTask>] = [
    Key("parts", \.parts, .int(in: 2...32), "How many parts; at most the places of the feature map."),
    Key(
      "cluster", \.clustering, .word,
      "How the channels' peaks are clustered: in the plane, into boxes; or by rows, into boxes of full width."),
  ]

  package init() {}

  package var variant: String? { clustering == .rows ? "rows" : nil }

  package var partWords: String? { clustering.words }

  package func remark(on map: MapExtent) -> String? {
    guard parts > map.rows else { return nil }
    return
      "the boxes task has \(parts) parts on \(map.words): a part without peaks gets a strip of rows, and then shares "
      + "them with others"
  }

  package func fault(on map: MapExtent) -> SettingFault? {
    guard parts > map.places else { return nil }
    let fewer = map.places > 1 ? ", or at most \(Wording.count(map.places, "part"))" : ""
    return SettingFault(
      at: "tasks.boxes.parts", "input.size", "backbone.last_stride", "tasks.boxes",
      reason: "\(parts) parts are more than the \(Wording.count(map.places, "place")) of a feature map of "
        + "\(map.rows)×\(map.columns); take a larger input.size\(fewer)")
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    (0..<parts).map { .init(.box($0), width: sizes.width) }
  }

  package func parameterCount(in sizes: TaskSizes) -> Int { parts * IdentityHead.parameterCount(in: sizes) }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let boxes = clustering == .rows ? "boxes of full width" : "boxes"
    return TaskSketch(
      from: .features,
      through: [
        .step("means of \(parts) \(boxes) around clustered peaks", .numbers(parts, sizes.features))
      ] + TaskSketch.Box.head(parts, in: sizes, loss: .crossEntropies(parts, .mean)))
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(task: self, heads: (0..<parts).map { IdentityHead("box_heads.\($0)", sizes, in: store) })
  }

  private struct Network: TaskNetwork {
    let task: BoxesTask
    let heads: [IdentityHead]

    var identityHeads: [DescriptorLayout.Slot: IdentityHead] {
      Dictionary(uniqueKeysWithValues: heads.enumerated().map { (.box($0), $1) })
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      let x = pass.features
      var output = TaskOutput()
      output.boxes = PartBoxes.find(in: x.tensor, parts: task.parts, clustering: task.clustering, on: tape.engine)
      for (part, head) in zip(tape.boxMeans(x, boxes: output.boxes), heads) {
        output.classify(part, by: head, on: tape)
      }
      show(output.boxes, in: x.tensor, on: tape)
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let (height, width) = (pass.features.shape[1], pass.features.shape[2])
      let found = PartBoxes(height: height, width: width, parts: task.parts, clustering: task.clustering)
        .find(in: pass.features, in: graph)
      var output = GraphOutput()
      output.boxes = found.boxes
      for (mean, head) in zip(graph.each(found.means), heads) { output.classify(mean, by: head, in: graph) }
      return output
    }

    /// Shows each channel's peak, −1 twice where it has none, and each part's top, bottom, left and right, image by
    /// image.
    private func show(_ parts: [[MapBox]], in features: Tensor, on tape: Tape) {
      guard tape.isTraced else { return }
      let peaks = ChannelMaxima(of: features, on: tape.engine).peaks
      tape.trace("peaks", integers: peaks.flatMap { $0.flatMap { [$0?.row ?? -1, $0?.column ?? -1] } })
      let boxes = peaks.indices.flatMap { image in parts.map { $0[image] } }
      tape.trace(
        "part_boxes",
        integers: boxes.flatMap {
          [$0.rows.lowerBound, $0.rows.upperBound, $0.columns.lowerBound, $0.columns.upperBound]
        })
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .boxes, output, targets, .mean, on: tape)
    }

    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      if maps.parts.isEmpty { maps.parts = look.output.boxes.map { $0[look.image] } }
    }
  }
}

extension TaskName {
  package static let boxes = TaskName(of: "boxes")
}

extension DescriptorLayout.Slot {
  /// A box's, counted from the top, from 0.
  package static func box(_ number: Int) -> Self { Self(task: .boxes, number: number) }
}
