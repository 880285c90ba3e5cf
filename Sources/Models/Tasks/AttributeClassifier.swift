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

/// The part of the feature map that an attribute is looked for in.
///
/// Source: paper, section 3.3 and Figure 5; equal thirds are the specification's choice.
package enum BodyRegion: String, Sendable, CaseIterable {
  /// All rows.
  case global
  /// The upper third: head and chest.
  case top
  /// The middle third.
  case middle
  /// The lower third: legs and feet.
  case bottom

  /// The region's rows in a map of `height` rows; none is empty from three rows on.
  package func rows(of height: Int) -> Range<Int> {
    let upper = Int((Double(height) / 3).rounded(.toNearestOrEven))
    let lower = Int((2 * Double(height) / 3).rounded(.toNearestOrEven))
    return switch self {
    case .global: 0..<height
    case .top: 0..<upper
    case .middle: upper..<lower
    case .bottom: lower..<height
    }
  }
}
