import Configuration
import Layers
import Tensors

/// Identity from the mean of the feature map by one linear layer, with nothing between: the baseline that trains a
/// network as a classifier of people and takes the classifier's input for the descriptor.
///
/// Where it is reweighted it reads the attributes' probabilities beside the mean: `a = sigmoid(W p + b) ⊙ p`, p all
/// attributes' softmax side by side. Source: Lin et al., "Improving Person Re-identification by Attribute and Identity
/// Learning", Pattern Recognition 2019; the gradient flows into p (chosen).
package struct IdentityTask: Task {
  /// How likely each number of the mean is dropped in a step of training.
  package var dropout: Double
  package var isReweighted: Bool
  /// Whether the mean is a vector of the descriptor.
  package var isDescriptor: Bool

  package static let name = TaskName.identity
  package static let mark = "id"
  package static let meaning = "Identity from the mean of the feature map, by one linear layer."
  package static let keys: [Key<IdentityTask>] = [
    Key("dropout", \.dropout, .belowOne, "How likely each number of the mean is dropped in a step of training."),
    Key(
      "reweight", \.isReweighted, .flag,
      "Whether the classifier also reads the attributes' probabilities, each weighed by what all of them say."),
    Key(
      "descriptor", \.isDescriptor, .flag,
      "Whether the mean is a vector of the descriptor; false where another task gives the same one."),
  ]

  package init() { self.init(dropout: 0) }

  package init(dropout: Double = 0, isReweighted: Bool = false, isDescriptor: Bool = true) {
    self.dropout = dropout
    self.isReweighted = isReweighted
    self.isDescriptor = isDescriptor
  }

  package var needs: [TaskNeed] {
    isReweighted ? [TaskNeed(task: .attribute, reason: "whose probabilities it weighs (reweight: true)")] : []
  }

  package var variant: String? { isReweighted ? "reweighted" : nil }

  package func vectors(in sizes: TaskSizes) -> [DescriptorLayout.Vector] {
    isDescriptor ? [.init(.identity, width: sizes.features)] : []
  }

  package func parameterCount(in sizes: TaskSizes) -> Int {
    let probabilities = probabilities(in: sizes)
    return (sizes.features + probabilities + 1) * sizes.labels.identities + probabilities * (probabilities + 1)
  }

  package func sketch(on map: MapExtent, beside tasks: TaskSet, in sizes: TaskSizes) -> TaskSketch {
    let mean: [TaskSketch.Box] =
      [.vector("mean", "\(sizes.features)", if: isDescriptor)]
      + (dropout > 0 ? [.step("dropout \(dropout)", "\(sizes.features)")] : [])
    guard isReweighted else {
      return TaskSketch(from: .features, through: mean + [.identities(), .loss("cross-entropy")])
    }
    let count = probabilities(in: sizes)
    let weighed = TaskSketch.Chain(
      reads: [.task(.attribute)],
      boxes: [.step("probabilities, each weighed by all", "\(count)")])
    let joined: [TaskSketch.Box] = [
      .step("beside them", "\(sizes.features + count)"), .identities(), .loss("cross-entropy"),
    ]
    return TaskSketch([weighed, .init(reads: [.features], boxes: mean + joined)])
  }

  package func network(in sizes: TaskSizes, _ store: ParameterStore) -> any TaskNetwork {
    Network(self, sizes, in: store)
  }

  /// How many probabilities of attributes it reads.
  private func probabilities(in sizes: TaskSizes) -> Int {
    isReweighted ? sizes.labels.attributes.reduce(0) { $0 + $1.classes } : 0
  }

  private struct Network: TaskNetwork {
    let task: IdentityTask
    /// Of Z numbers, or of Z + A with A probabilities.
    let classifier: IdentityClassifier
    /// `[A, A]` and `[A]`.
    let reweight: (weight: Parameter, bias: Parameter)?

    init(_ task: IdentityTask, _ sizes: TaskSizes, in store: ParameterStore) {
      let probabilities = task.probabilities(in: sizes)
      self.task = task
      classifier = IdentityClassifier("classifier", inputs: sizes.features + probabilities, sizes, in: store)
      reweight =
        task.isReweighted
        ? (
          store.parameter("reweight.weight", shape: [probabilities, probabilities], group: .new),
          store.parameter("reweight.bias", shape: [probabilities], group: .new)
        ) : nil
    }

    func pools(of features: Tensor, on engine: Engine) -> [[Range<Int>]] {
      [features.allRows]
    }

    func callAsFunction(_ pass: TaskPass, pooled: [PooledRows], on tape: Tape) -> TaskOutput {
      var output = TaskOutput()
      for mean in pooled.map(\.vector) {
        if task.isDescriptor { output.vectors.append(mean) }
        let kept = pass.dropped(mean, task.dropout, by: .identity, on: tape)
        guard let read = read(kept, pass, on: tape) else { continue }
        // In evaluation, too: the logits name the class whose map is shown, and are nothing beside the backbone.
        let logits = classifier(read, on: tape)
        tape.trace("identity", logits)
        output.identityLogits.append(logits)
      }
      return output
    }

    /// What the classifier reads, `[N, Z]` or `[N, Z + A]`; nil where the attribute task, which it needs, sits out.
    private func read(_ mean: Value, _ pass: TaskPass, on tape: Tape) -> Value? {
      guard let reweight else { return mean }
      let evidence = pass.outputs[.attribute]?.attributes ?? []
      guard !evidence.isEmpty else { return nil }
      let probabilities = tape.joined(evidence.map { tape.softmax($0.logits) })
      let gate = tape.sigmoid(tape.linear(probabilities, reweight.weight, bias: reweight.bias))
      let reweighted = tape.product(gate, probabilities)
      tape.trace("reweighted", reweighted)
      return tape.joined([mean, reweighted])
    }

    func callAsFunction(_ pass: GraphPass, in graph: OperatorGraph) -> GraphOutput {
      var output = GraphOutput()
      if task.isDescriptor { output.vectors = [graph.mean(pass.features)] }
      return output
    }

    func loss(of output: TaskOutput, _ targets: TrainingTargets, on tape: Tape) -> TaskLoss {
      TaskLoss(identities: .identity, output, targets, .sum, on: tape)
    }

    /// The class activation map of the likeliest training identity. What is reweighted stands behind the Z weights and
    /// has no place in the image.
    func addMaps(of look: ImageLook, to maps: inout ImageMaps) {
      guard maps.global == nil, let logits = look.output.identityLogits.first else { return }
      maps.global = ActivationMap(
        AttentionMap.Contribution(logits: look.row(of: logits), weight: classifier.weight.value, region: .global),
        features: look.features)
    }
  }
}

extension TaskName {
  package static let identity = TaskName(of: "identity")
}

extension DescriptorLayout.Slot {
  /// The mean of the feature map.
  package static let identity = Self(task: .identity)
}
