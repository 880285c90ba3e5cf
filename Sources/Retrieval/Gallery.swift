import Foundation
import Support
import Tensors

/// What queries are looked for in: labels in memory, and descriptors there, or, where they are many, in their file.
package struct Gallery: Sendable {
  package let labels: RetrievalLabels
  package let descriptors: any DescriptorRows

  package var count: Int { labels.count }

  /// A gallery in memory.
  package init(_ set: LabelledDescriptors) { (labels, descriptors) = (set.labels, set.descriptors) }

  /// - Throws: ``PlainError`` where the counts do not agree.
  package init(_ descriptors: any DescriptorRows, _ labels: RetrievalLabels) throws(PlainError) {
    guard descriptors.count == labels.count else {
      throw PlainError("the gallery set has \(descriptors.count) descriptors but \(labels.count) labels")
    }
    (self.labels, self.descriptors) = (labels, descriptors)
  }

  /// The most numbers of a gallery's descriptors that are kept in memory.
  package static let mostNumbers = DistanceBlocks.Limits.standard.wholeGallery

  /// Whether a gallery's descriptors stay in their file while it is ranked.
  package static func staysInFile(_ count: Int, dimension: Int, limit: Int = mostNumbers) -> Bool {
    count > limit / max(1, dimension)
  }

  /// Opens the set `gallery` of a file as ``LabelledDescriptors/init(named:in:)`` reads it.
  ///
  /// - Parameter limit: the most numbers that are kept in memory.
  /// - Throws: ``PlainError`` where a tensor is missing, of a wrong type or of a wrong shape.
  package init(in file: TensorFile, at url: URL, limit: Int = mostNumbers) throws(PlainError) {
    let (name, shape) = ("gallery", file["gallery"]?.shape ?? [])
    guard shape.count == 2, let bytes = file.bytes(of: name),
      Self.staysInFile(shape[0], dimension: shape[1], limit: limit)
    else {
      self.init(try LabelledDescriptors(named: name, in: file))
      return
    }
    let entry = try LabelledDescriptors.entry(name, in: file)
    try self.init(
      StoredDescriptors(
        try OpenFile(reading: url), from: bytes.lowerBound, kind: entry.kind, count: shape[0], dimension: shape[1],
        of: name), try RetrievalLabels(named: name, in: file))
  }

  /// All of it in memory, whatever its size.
  package func loaded() throws(PlainError) -> LabelledDescriptors {
    if let all = descriptors as? Descriptors { return try LabelledDescriptors(all, labels, of: "gallery") }
    return try LabelledDescriptors(try descriptors.loaded(0..<descriptors.count), labels, of: "gallery")
  }
}
