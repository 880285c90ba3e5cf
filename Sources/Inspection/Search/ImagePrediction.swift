import Datasets
import Experiments
import Foundation

/// What a model says of one image's attributes (`aanet predict`).
public struct ImagePrediction: Encodable, Sendable {
  /// One attribute.
  public struct Attribute: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// The likeliest value.
    public let value: String
    /// Its probability.
    public let probability: Double
    /// The probability of every value.
    public let probabilities: [String: Double]
  }

  /// The image's file.
  public let image: String
  /// The attributes, in the order of the benchmark's tables.
  public let attributes: [Attribute]
  /// The picture of the maps, where it was asked for.
  public var maps: String?

  /// Names what was seen.
  public init(_ sight: Sight, of file: URL, scheme: AttributeScheme) {
    image = file.path
    attributes = zip(scheme.attributes, sight.attributes).compactMap { attribute, row in
      row.indices.max { (row[$0], $1) < (row[$1], $0) }.map { best in
        Attribute(
          name: attribute.name, value: attribute.classes[best], probability: row[best],
          probabilities: Dictionary(zip(attribute.classes, row), uniquingKeysWith: { first, _ in first }))
      }
    }
  }
}
