import Layers
import Tensors

/// The classifier that tasks share the form of: Z → V → C.
///
///     v = relu(BatchNorm(reduce · x))        logits = classifier · v + bias
///
/// Source: paper, sections 3 and 3.1. The vector v after ReLU is what the descriptor takes.
package struct IdentityHead {
  /// `[V, Z]`.
  let reduce: Parameter
  package let norm: BatchNorm
  /// `[C, V]`.
  let classifier: Parameter
  /// `[C]`.
  let bias: Parameter

  /// Registers the head's parameters under `name`.
  package init(_ name: String, _ sizes: TaskSizes, in store: ParameterStore) {
    let (width, identities) = (sizes.width, sizes.labels.identities)
    reduce = store.parameter("\(name).reduce.weight", shape: [width, sizes.features], group: .new)
    norm = BatchNorm("\(name).bn", channels: width, group: .new, in: store)
    classifier = store.parameter("\(name).classifier.weight", shape: [identities, width], group: .new)
    bias = store.parameter("\(name).classifier.bias", shape: [identities], group: .new)
  }

  /// Trainable numbers.
  static func parameterCount(in sizes: TaskSizes) -> Int {
    sizes.features * sizes.width + 2 * sizes.width + (sizes.width + 1) * sizes.labels.identities
  }
}

extension TaskOutput {
  /// Classifies pooled features, `[N, Z]`: the V vector goes into the descriptor, the logits, which evaluation does not
  /// need, are for the loss.
  mutating func classify(_ features: Value, by head: IdentityHead, on tape: Tape) {
    let vector = tape.batchNorm(tape.linear(features, head.reduce), head.norm)
    vectors.append(vector)
    if tape.isRecording { identityLogits.append(tape.linear(vector, head.classifier, bias: head.bias)) }
  }
}
