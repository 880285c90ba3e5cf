import Foundation

/// An image file of a split and what its name says: who is on it and which camera saw them.
package struct LabelledImage: Hashable, Sendable {
  /// Where the file is.
  package let file: URL
  /// The file's name, the order of the benchmarks.
  package let name: String
  /// The person, from 1; 0 is a distractor (nobody of the dataset), −1 is junk (a detection that never counts).
  package let identity: Int
  /// The camera, from 1.
  package let camera: Int

  /// Labels a file.
  package init(file: URL, name: String, identity: Int, camera: Int) {
    self.file = file
    self.name = name
    self.identity = identity
    self.camera = camera
  }
}
