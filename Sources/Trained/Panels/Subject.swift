import Datasets
import Experiments
import Foundation
import Models
import Support

/// An image with what the model saw in it, ready for a panel.
package struct Subject {
  /// How the image is called.
  let name: String
  /// The image at a tile's size.
  let picture: Image
  /// What the model saw where.
  let maps: ImageMaps
  /// For each attribute the probability of each class.
  let probabilities: [[Double]]
  /// The annotators' class of each attribute; nil where nobody labelled the image.
  let labels: [Int?]?

  /// Gathers what is known of an image.
  package init(name: String, picture: Image, maps: ImageMaps, probabilities: [[Double]], labels: [Int?]?) {
    self.name = name
    self.picture = picture
    self.maps = maps
    self.probabilities = probabilities
    self.labels = labels
  }

  /// Reads the picture of an image that was looked at with maps; nil where it was looked at without.
  ///
  /// - Throws: ``PlainError`` where the file cannot be read.
  init?(_ reading: ImageReading, of photograph: Photograph, labels: [Int?]?) throws(PlainError) {
    guard let maps = reading.maps else { return nil }
    self.init(
      name: photograph.name, picture: try PictureFile.tile(photograph), maps: maps, probabilities: reading.attributes,
      labels: labels)
  }

  /// The name without its ending, for captions; that of a box is whole.
  var shortName: String { name.hasSuffix("]") ? name : (name as NSString).deletingPathExtension }

  /// The class that is predicted for an attribute, its probability, and whether the annotators wrote the same.
  func prediction(_ attribute: Int) -> (value: Int, probability: Double, isRight: Bool?) {
    let value = maps.attributes[attribute].predicted
    return (value, probabilities[attribute][value], labels?[attribute].map { $0 == value })
  }
}
