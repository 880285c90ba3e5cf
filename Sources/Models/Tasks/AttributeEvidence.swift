import Layers
import Tensors

/// The linear classifier of one attribute.
package struct AttributeClassifier {
  package let attribute: String
  /// `[classes, V]`.
  package let weight: Parameter
  /// `[classes]`.
  package let bias: Parameter
  /// The region whose average it reads.
  package let region: BodyRegion
}

/// What a pass says of one attribute, and where it read it.
package struct AttributeEvidence {
  package let classifier: AttributeClassifier
  /// `[N, classes]`.
  package let logits: Value
  /// The map that the classifier's vector is an average of, `[N, H, W, V]`.
  package let map: Value
}
