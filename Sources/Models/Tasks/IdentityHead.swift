import Layers
import Tensors

/// A linear classifier of identities.
package struct IdentityClassifier {
  /// `[C, inputs]`.
  package let weight: Parameter
  /// `[C]`.
  package let bias: Parameter

  /// Registers its parameters under `name`.
  ///
  /// - Parameter rate: what the learning rate is multiplied with for it.
  init(_ name: String, inputs: Int, _ sizes: TaskSizes, rate: Double = 1, in store: ParameterStore) {
    let identities = sizes.labels.identities
    weight = store.parameter("\(name).weight", shape: [identities, inputs], group: .new, rate: rate)
    bias = store.parameter("\(name).bias", shape: [identities], group: .new, rate: rate)
  }

  /// The logits of `[N, inputs]`.
  func callAsFunction(_ x: Value, on tape: Tape) -> Value { tape.linear(x, weight, bias: bias) }
}

/// The classifier that tasks share the form of: Z → V → C.
///
///     v = relu(BatchNorm(reduce · x))        logits = classifier · v + bias
///
/// Source: paper, sections 3 and 3.1. The vector v after ReLU is what the descriptor takes.
package struct IdentityHead {
  /// `[V, Z]`.
  let reduce: Parameter
  package let norm: BatchNorm
  package let classifier: IdentityClassifier

  /// Registers the head's parameters under `name`.
  package init(_ name: String, _ sizes: TaskSizes, in store: ParameterStore) {
    reduce = store.parameter("\(name).reduce.weight", shape: [sizes.width, sizes.features], group: .new)
    norm = BatchNorm("\(name).bn", channels: sizes.width, group: .new, in: store)
    classifier = IdentityClassifier("\(name).classifier", inputs: sizes.width, sizes, in: store)
  }

  /// Trainable numbers.
  static func parameterCount(in sizes: TaskSizes) -> Int {
    sizes.features * sizes.width + 2 * sizes.width + (sizes.width + 1) * sizes.labels.identities
  }
}

extension GraphOutput {
  /// Adds the V vector of pooled features, `[N, Z]`.
  mutating func classify(_ features: OperatorGraph.Value, by head: IdentityHead, in graph: OperatorGraph) {
    vectors.append(graph.batchNorm(graph.linear(features, head.reduce), head.norm))
  }
}

extension TaskOutput {
  /// Classifies pooled features, `[N, Z]`: the V vector goes into the descriptor, the logits, which evaluation does not
  /// need, are for the loss.
  mutating func classify(_ features: Value, by head: IdentityHead, on tape: Tape) {
    let vector = tape.batchNorm(tape.linear(features, head.reduce), head.norm)
    vectors.append(vector)
    if tape.isRecording { identityLogits.append(head.classifier(vector, on: tape)) }
  }
}
