import Layers
import Tensors

/// The classifier that the tasks share: Z → V → C.
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
  ///
  /// - Parameters:
  ///   - features: Z, numbers of the pooled feature vector.
  ///   - width: V.
  ///   - identities: C.
  package init(_ name: String, features: Int, width: Int, identities: Int, in store: ParameterStore) {
    reduce = store.parameter("\(name).reduce.weight", shape: [width, features], group: .new)
    norm = BatchNorm("\(name).bn", channels: width, group: .new, in: store)
    classifier = store.parameter("\(name).classifier.weight", shape: [identities, width], group: .new)
    bias = store.parameter("\(name).classifier.bias", shape: [identities], group: .new)
  }

  /// Classifies pooled features.
  ///
  /// - Parameter features: `[N, Z]`.
  /// - Returns: the V vectors `[N, V]`, and the logits `[N, C]` in training (evaluation needs no identities).
  func callAsFunction(_ features: Value, on tape: Tape) -> (vector: Value, logits: Value?) {
    let vector = tape.batchNorm(tape.linear(features, reduce), norm)
    let logits = tape.isRecording ? tape.linear(vector, classifier, bias: bias) : nil
    return (vector, logits)
  }
}
