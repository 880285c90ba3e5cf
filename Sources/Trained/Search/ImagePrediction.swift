import Datasets
import Experiments
import Foundation

/// What a model says of one image's attributes (`aanet predict`).
package struct ImagePrediction: Encodable, Sendable {
  /// One attribute.
  package struct Attribute: Encodable, Sendable {
    /// Its name.
    package let name: String
    /// The likeliest value.
    package let value: String
    /// Its probability.
    package let probability: Double
    /// The probability of every value.
    package let probabilities: [String: Double]
  }

  /// The image's file.
  package let image: String
  /// The box of the image, x, y, width and height in pixels as the file of boxes has it; nil where all of it was seen.
  package let box: [Double]?
  /// How sure the detector of the box was.
  package let score: Double?
  /// How it is called in a table.
  package let name: String
  /// The attributes, in the order of the benchmark's tables.
  package let attributes: [Attribute]
  /// The picture of the maps, where it was asked for.
  package var maps: String?

  enum CodingKeys: String, CodingKey {
    case image, box, score, attributes, maps
  }

  /// Names what was seen.
  package init(_ reading: ImageReading, of photograph: Photograph, scheme: AttributeScheme) {
    image = photograph.file.path
    box = photograph.box?.numbers
    score = photograph.score
    name = photograph.name
    attributes = zip(scheme.attributes, reading.attributes).compactMap { attribute, row in
      row.indices.max { (row[$0], $1) < (row[$1], $0) }.map { best in
        Attribute(
          name: attribute.name, value: attribute.classes[best], probability: row[best],
          probabilities: Dictionary(zip(attribute.classes, row), uniquingKeysWith: { first, _ in first }))
      }
    }
  }
}
