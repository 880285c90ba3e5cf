import Configuration
import Support

/// Something about a dataset that a researcher should know.
package struct DatasetFinding: Codable, Hashable, Sendable {
  /// What kind of thing it is.
  package enum Kind: String, Codable, Sendable {
    /// A count is not what the registry expects.
    case counts
    /// Files that are no images.
    case unreadable
    /// Files that libjpeg could read only by repairing them.
    case damaged
    /// Fewer than two identities to train on.
    case singleIdentity = "single_identity"
    /// Identities that are trained on and tested on.
    case trainedAndTested = "trained_and_tested"
    /// Queries that look for somebody who is not in the gallery.
    case absentFromGallery = "absent_from_gallery"
    /// Queries whose identity no other camera saw: they have no true match and are not counted.
    case noSecondCamera = "no_second_camera"
    /// No query has a true match.
    case nothingToFind = "nothing_to_find"
    /// Queries that lie in the gallery under another camera, byte for byte.
    case queryInGallery = "query_in_gallery"
    /// Queries that lie in the gallery as somebody else, byte for byte.
    case queryInGalleryAsAnother = "query_in_gallery_as_another"
    /// Training images that are tested on, byte for byte.
    case trainedImageTested = "trained_image_tested"
    /// Other files with the same bytes, which spoil nothing or little.
    case copies
    /// Queries of nobody (identity 0 or −1).
    case queryOfNobody = "query_of_nobody"
    /// Images of identities without attributes.
    case withoutAttributes = "without_attributes"
    /// Attributes of identities without images.
    case withoutImages = "attributes_without_images"
    /// The file of attributes is missing.
    case noAttributes = "no_attributes"
    /// Files that were passed over, and the like.
    case note
  }

  /// What kind of thing it is.
  package let kind: Kind
  /// Whether it would spoil an evaluation.
  package let isProblem: Bool
  /// What it is, in words, with the first identities or files.
  package let text: String
  /// The identities that it is about, ascending.
  package let identities: [Int]
  /// What the dataset calls them, where it does not number them.
  package let names: [String]?
  /// The files that it is about, in order.
  package let files: [String]?

  init(_ kind: Kind, isProblem: Bool, _ text: String) {
    self.kind = kind
    self.isProblem = isProblem
    self.text = text
    identities = []
    names = nil
    files = nil
  }

  init(_ kind: Kind, isProblem: Bool, _ text: String, identities: [Int], called names: IdentityNames) {
    self.kind = kind
    self.isProblem = isProblem
    self.identities = identities
    let words = identities.map(names.name)
    self.names = names.texts == nil ? nil : words
    self.text = "\(text): \(Self.list(words.map { Wording.printable($0) }, at: 10))"
    files = nil
  }

  /// About files, each with what is to be said of it.
  init(_ kind: Kind, isProblem: Bool, _ text: String, files: [String]) {
    self.kind = kind
    self.isProblem = isProblem
    self.files = files
    self.text = "\(text): \(Self.list(files, at: 5))"
    identities = []
    names = nil
  }

  /// The first words, and how many more there are.
  private static func list(_ words: [String], at most: Int) -> String {
    words.prefix(most).joined(separator: ", ") + (words.count > most ? " and \(words.count - most) more" : "")
  }
}
