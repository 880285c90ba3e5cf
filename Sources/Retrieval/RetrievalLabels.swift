/// Who is on each image and which camera saw them.
package struct RetrievalLabels: Sendable, Equatable {
  /// The identity: a person from 1, 0 a distractor, −1 junk.
  package let identities: [Int]
  /// The camera.
  package let cameras: [Int]

  /// The identity of a detection that never counts.
  package static let junk = -1

  /// How many images there are.
  package var count: Int { identities.count }

  /// Gathers labels.
  ///
  /// - Throws: ``RetrievalError`` where there are not as many cameras as identities.
  package init(identities: [Int], cameras: [Int], of what: String = "image") throws(RetrievalError) {
    guard identities.count == cameras.count else {
      throw RetrievalError("the \(what) labels are \(identities.count) identities but \(cameras.count) cameras")
    }
    self.identities = identities
    self.cameras = cameras
  }
}

/// Descriptors and what they are of.
package struct LabelledDescriptors: Sendable, Equatable {
  /// One descriptor an image.
  package let descriptors: Descriptors
  /// One identity and camera an image.
  package let labels: RetrievalLabels

  /// How many images there are.
  package var count: Int { labels.count }

  /// Gathers descriptors and labels of the same images in the same order.
  ///
  /// - Parameters:
  ///   - values: `count × dimension` numbers.
  ///   - what: what they are of (`query`, `gallery`), for messages.
  /// - Throws: ``RetrievalError`` where the counts do not agree or a number is not finite.
  package init(
    values: [Float], dimension: Int, identities: [Int], cameras: [Int], of what: String = "image"
  ) throws(RetrievalError) {
    descriptors = try Descriptors(values, dimension: dimension, of: what)
    labels = try RetrievalLabels(identities: identities, cameras: cameras, of: what)
    guard descriptors.count == labels.count else {
      throw RetrievalError("the \(what) set has \(descriptors.count) descriptors but \(labels.count) labels")
    }
  }
}
