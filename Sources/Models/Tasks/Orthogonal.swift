import Configuration
import Foundation
import Layers
import Tensors

/// Which of the orthogonal task's vectors retrieves.
package enum OrthogonalDescriptor: String, Sendable, CaseIterable {
  /// The layer's input: the mean of each channel.
  case pooled
  /// The layer's output.
  case eigenlayer
}

/// Identity through a linear layer whose weight vectors are made orthogonal between phases: the Eigenlayer. Orthogonal
/// weight vectors leave the numbers that it gives less correlated, which Euclidean distance needs.
///
///     x = mean of X over all places        e = W · x        logits = classifier · dropout(e) + bias
///
/// Source: Sun, Zheng, Deng and Wang, "SVDNet for Pedestrian Retrieval", ICCV 2017.
package struct OrthogonalTask: Task {
  /// D, the layer's numbers; nil for half of the map's channels.
  package var width: Int?
  /// How likely one of them is dropped in training.
  package var dropout: Double
  /// Which of the new weight vectors takes which old one's place.
  package var order: Decorrelation.Order
  package var descriptor: OrthogonalDescriptor

  package static let name = TaskName.orthogonal
  package static let mark = "ort"
  package static let meaning = "Identity through a linear layer of orthogonal weight vectors."
  package static let transformation: String? = "its weight vectors are made orthogonal, W ← U·S"
  package static let keys: [Key<OrthogonalTask>] = [
    Key(
      "width", \.width, .optional(.int(in: 2...8192), or: "half"),
      "The linear layer's weight vectors; 'half' takes half as many as the feature map has channels."),
    Key("dropout", \.dropout, .belowOne, "How likely each number behind the linear layer is dropped in training."),
    Key(
      "order", \.order, .word,
      "Which new weight vector takes which old one's place: the one at the smallest angle, or by singular values."),
    Key("descriptor", \.descriptor, .word, "What retrieves: the linear layer's input or its output."),
  ]

  package init() { self.init(width: nil) }

  package init(
    width: Int? = nil, dropout: Double = 0.5, order: Decorrelation.Order = .matched,
    descriptor: OrthogonalDescriptor = .pooled
  ) {
    self.width = width
    self.dropout = dropout
    self.order = order
    self.descriptor = descriptor
  }

  package var variant: String? { descriptor == .eigenlayer ? "eigenlayer" : nil }

  package func fault(on map: MapExtent) -> SettingFault? {
    let channels = map.backbone.channels
    guard let width, width > channels else { return nil }
    return SettingFault(
      at: "tasks.orthogonal.width", "backbone.width", "tasks.orthogonal",
      reason:
        "\(width) weight vectors: a map of \(channels) channels has at most \(channels) orthogonal weight vectors; "
        + "take a width of at most \(channels)")
  }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    [.init(.orthogonal, width: descriptor == .pooled ? sizes.features : width(in: sizes))]
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    sizes.features * width(in: sizes) + (width(in: sizes) + 1) * sizes.labels.identities
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let kept = dropout > 0 ? [TaskSketch.Box.step("dropout \(dropout)", "\(width(in: sizes))")] : []
    return TaskSketch(
      from: .features,
      through: [
        .vector("mean", "\(sizes.features)", if: descriptor == .pooled),
        .vector("Eigenlayer, rows orthogonal", "\(width(in: sizes))", if: descriptor == .eigenlayer),
      ] + kept + [.identities(), .loss("cross-entropy")])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    let width = width(in: sizes)
    return Network(
      task: self, layer: store.parameter("eigenlayer.weight", shape: [width, sizes.features], group: .new),
      classifier: IdentityClassifier("orthogonal_classifier", inputs: width, sizes, in: store))
  }

  private func width(in sizes: TaskSizes) -> Int { width ?? sizes.features / 2 }

  private struct Network: TaskNetwork {
    let task: OrthogonalTask
    /// W, `[D, Z]`: a weight vector a row.
    let layer: Parameter
    let classifier: IdentityClassifier

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      [features.allRows]
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      guard let x = pooled.first?.vector else { return output }
      output.vectors = [x]
      guard task.descriptor == .eigenlayer || tape.isRecording || tape.isTraced else { return output }
      let e = tape.linear(x, layer)
      tape.trace("eigen", e)
      if task.descriptor == .eigenlayer { output.vectors = [e] }
      if tape.isRecording {
        let kept = pass.dropped(e, task.dropout, by: .orthogonal, on: tape)
        output.identityLogits = [classifier(kept, on: tape)]
      }
      return output
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      let mean = graph.mean(pass.features)
      var output = GraphOutput()
      output.vectors = [task.descriptor == .eigenlayer ? graph.linear(mean, layer) : mean]
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .orthogonal, output, targets, .sum, on: tape)
    }

    /// The layer keeps the pooled vectors' lengths (chosen; the authors' code has 0.01, which from chance starts slowly).
    func deviation(of parameter: Parameter) -> Double? {
      parameter === layer ? (1 / Double(layer.value.shape[1])).squareRoot() : nil
    }

    func transform(on engine: Engine) -> Transformation? {
      let before = Decorrelation.correlation(of: layer.value, on: engine)
      let found = Decorrelation(layer.value, order: task.order, on: engine)
      layer.load(found.weights)
      let after = Decorrelation.correlation(of: layer.value, on: engine)
      return Transformation(
        remark: "weight vectors made orthogonal: S(W) \(Self.text(before)) before, \(Self.text(after)) after",
        figures: [
          "correlation_before": [before], "correlation_after": [after], "singular_values": found.singularValues,
          "order": found.order.map(Double.init),
        ])
    }

    private static func text(_ correlation: Double) -> String { String(format: "%.3f", correlation) }

    /// S(W), the method's own measure of convergence.
    func measures(on engine: Engine) -> [String: Double] {
      ["correlation": Decorrelation.correlation(of: layer.value, on: engine)]
    }
  }
}

extension TaskName {
  package static let orthogonal = TaskName(of: "orthogonal")
}

extension DescriptorLayout.Slot {
  /// The orthogonal task's.
  package static let orthogonal = Self(task: .orthogonal)
}
