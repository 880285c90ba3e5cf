import Datasets
import Foundation

/// A picture that somebody wants looked at: an image file, or a box of one.
package struct Photograph: Hashable, Sendable {
  package let file: URL
  /// The part that is meant; nil where it is all of the image.
  package let box: FrameBox?
  /// How sure the detector of the box was.
  package let score: Double?

  package init(_ file: URL, box: FrameBox? = nil, score: Double? = nil) {
    (self.file, self.box, self.score) = (file, box, score)
  }

  /// How it is called: `person.jpg`, `frame.jpg [12, 30, 64, 128]`.
  package var name: String { file.lastPathComponent + (box.map { " \($0.words)" } ?? "") }

  /// The same as a loader takes it, of nobody whom it knows.
  var image: LabelledImage {
    LabelledImage(file: file, name: file.lastPathComponent, identity: 0, camera: 1, box: box)
  }
}
