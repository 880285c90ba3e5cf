import Datasets
import Experiments
import Foundation
import Models
import Retrieval

/// An image that is looked for or among, and who is on it where that is known.
package struct SearchImage: Sendable, Equatable {
  /// Where it is.
  package let photograph: Photograph
  /// How it is called.
  package let name: String
  /// The person: 0 a distractor, −1 junk; nil where nobody said.
  package let identity: Int?
  /// The camera; nil where nobody said.
  package let camera: Int?

  /// Names an image that nobody labelled.
  package init(_ photograph: Photograph) {
    self.photograph = photograph
    name = photograph.name
    identity = nil
    camera = nil
  }

  /// Names an image of a dataset.
  package init(_ image: LabelledImage) {
    photograph = Photograph(image.file, box: image.box)
    name = image.name
    identity = image.identity
    camera = image.camera
  }

  /// Where the file is.
  package var file: URL { photograph.file }

  /// Whether it is a detection that never counts.
  var isJunk: Bool { identity == RetrievalLabels.junk }
}

/// The images that are searched, with what the model made of them.
package struct SearchGallery {
  /// The images; their order decides ties.
  package let images: [SearchImage]
  /// One descriptor an image.
  package let descriptors: Descriptors
  /// For each image and attribute the probability of each class; empty lists where the attribute task is off.
  package let probabilities: [[[Double]]]
  /// For each image the likeliest class of each attribute, the first of equals.
  let predicted: [[Int?]]
  /// For each image the annotators' class of each attribute; nil where nobody labelled the image.
  package let labels: [[Int?]?]

  /// Gathers a gallery; the lists are of equal length.
  package init(images: [SearchImage], descriptors: Descriptors, probabilities: [[[Double]]], labels: [[Int?]?]) {
    precondition(images.count == descriptors.count && images.count == probabilities.count)
    precondition(images.count == labels.count)
    self.images = images
    self.descriptors = descriptors
    self.probabilities = probabilities
    self.labels = labels
    predicted = probabilities.map(Self.likeliest)
  }

  /// The gallery of a run's dataset, from the descriptors that its evaluation stored; no image is read.
  package init(_ stored: StoredGallery, of run: any RankedRun) {
    let readout = run.attributeReadout
    self.init(
      images: stored.dataset.gallery.map(SearchImage.init), descriptors: stored.gallery.descriptors,
      probabilities: (0..<stored.gallery.count).map { Self.probabilities($0, in: stored.gallery, readout) },
      labels: stored.dataset.gallery.map { stored.attributes?.classes(of: $0.identity, in: .test) })
  }

  /// Photographs that nobody labelled, as the model sees them.
  ///
  /// - Throws: `PlainError` where the model gives what is no number.
  package init(_ readings: [ImageReading], of photographs: [Photograph], dimension: Int) throws {
    self.init(
      images: readings.map { SearchImage(photographs[$0.index]) },
      descriptors: try Descriptors(readings.flatMap(\.descriptor), dimension: dimension, of: "gallery"),
      probabilities: readings.map(\.attributes), labels: readings.map { _ in nil })
  }

  /// The attributes' probabilities of an image whose descriptor is stored; none without a network to read them.
  static func probabilities(
    _ index: Int, in set: LabelledDescriptors, _ readout: AttributeReadout?
  ) -> [[Double]] {
    (readout?.logits(of: StoredGallery.descriptor(index, in: set)) ?? []).map(TrainedRun.probabilities)
  }

  /// The likeliest class of each attribute, the first of equals.
  static func likeliest(_ probabilities: [[Double]]) -> [Int?] {
    probabilities.map { row in row.indices.max { (row[$0], $1) < (row[$1], $0) } }
  }
}
