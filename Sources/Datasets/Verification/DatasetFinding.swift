import Configuration

/// Something about a dataset that a researcher should know.
public struct DatasetFinding: Codable, Hashable, Sendable {
  /// What kind of thing it is.
  public enum Kind: String, Codable, Sendable {
    /// A count is not what the registry expects.
    case counts
    /// Files that are no images.
    case unreadable
    /// Files that libjpeg could read only by repairing them.
    case damaged
    /// Identities that are trained on and tested on.
    case trainedAndTested = "trained_and_tested"
    /// Queries that look for somebody who is not in the gallery.
    case absentFromGallery = "absent_from_gallery"
    /// Queries whose identity no other camera saw: they have no true match and are not counted.
    case noSecondCamera = "no_second_camera"
    /// No query has a true match.
    case nothingToFind = "nothing_to_find"
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
  public let kind: Kind
  /// Whether it would spoil an evaluation.
  public let isProblem: Bool
  /// What it is, in words, with the first identities.
  public let text: String
  /// The identities that it is about, ascending.
  public let identities: [Int]

  init(_ kind: Kind, isProblem: Bool, _ text: String, identities: [Int] = []) {
    self.kind = kind
    self.isProblem = isProblem
    self.identities = identities
    self.text = identities.isEmpty ? text : "\(text): \(Self.list(identities))"
  }

  /// The first ten identities, and how many more there are.
  static func list(_ identities: [Int]) -> String {
    let more = identities.count > 10 ? " and \(identities.count - 10) more" : ""
    return identities.prefix(10).map(AttributeTable.identityText).joined(separator: ", ") + more
  }
}
