/// How well a run predicts attributes, over the gallery images of real identities: fractions in 0 ... 1 by attribute.
public struct AttributeScores: Codable, Hashable, Sendable {
  /// The share of images that is right; an image without a labelled colour counts as wrong for that colour.
  public var accuracy: [String: Double]
  /// The mean accuracy over the attributes.
  public var mean: Double
  /// The accuracy of always saying the most frequent class.
  public var majority: [String: Double]
  /// The accuracy that unlabelled colours leave to a perfect prediction.
  public var ceiling: [String: Double]
  /// The mean over the classes that have images of the share that is right.
  public var balanced: [String: Double]

  /// Records the scores.
  public init(
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
