/// How well a run predicts attributes, over the gallery images of real identities: fractions in 0 ... 1 by attribute.
package struct AttributeScores: Codable, Hashable, Sendable {
  /// The share of images that is right; an image without a labelled colour counts as wrong for that colour.
  package var accuracy: [String: Double]
  /// The mean accuracy over the attributes.
  package var mean: Double
  /// The accuracy of always saying the most frequent class.
  package var majority: [String: Double]
  /// The accuracy that unlabelled colours leave to a perfect prediction.
  package var ceiling: [String: Double]
  /// The mean over the classes that have images of the share that is right.
  package var balanced: [String: Double]

  /// Records the scores.
  package init(
    accuracy: [String: Double], mean: Double, majority: [String: Double], ceiling: [String: Double],
    balanced: [String: Double]
  ) {
    self.accuracy = accuracy
    self.mean = mean
    self.majority = majority
    self.ceiling = ceiling
    self.balanced = balanced
  }
}
