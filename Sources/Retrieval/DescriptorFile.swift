import Foundation
import Support
import Tensors

/// The file of a test's descriptors while they are made: the gallery's as they come, then the queries', which are few.
///
/// It holds `query`, `query_ids`, `query_cameras` and the same of `gallery`, in the order of their names.
package final class DescriptorFile {
  private let file: FileReplacement
  private let query: RetrievalLabels
  private let gallery: RetrievalLabels
  private let dimension: Int
  private var written = 0

  package var url: URL { file.file }

  /// Begins a file.
  ///
  /// - Throws: `FileError` where it cannot be written.
  package init(
    _ file: FileReplacement, query: RetrievalLabels, gallery: RetrievalLabels, dimension: Int
  ) throws {
    (self.file, self.query, self.gallery, self.dimension) = (file, query, gallery, dimension)
    let sets = [("gallery", gallery), ("query", query)]
    try file.write(
      try SafeTensors.header(
        of: sets.flatMap { name, labels in
          [
            TensorFile.Entry(name: name, kind: .float32, shape: [labels.count, dimension]),
            TensorFile.Entry(name: "\(name)_cameras", kind: .int64, shape: [labels.count]),
            TensorFile.Entry(name: "\(name)_ids", kind: .int64, shape: [labels.count]),
          ]
        }))
  }

  /// Writes the descriptors of the gallery images that come next.
  ///
  /// - Throws: ``PlainError`` where a number is not finite; `FileError` where it cannot be written.
  package func append(_ values: [Float]) throws {
    try values.withUnsafeBufferPointer { values in
      try Descriptors.check(values, from: written, dimension: dimension, of: "gallery")
      try file.write(UnsafeRawBufferPointer(values))
    }
    written += values.count / dimension
  }

  /// Writes what is left and gives the file its name.
  ///
  /// - Parameter values: the queries' descriptors.
  package func finish(query values: [Float]) throws {
    let checked = try LabelledDescriptors(Descriptors(values, dimension: dimension, of: "query"), query, of: "query")
    guard written == gallery.count else {
      throw PlainError("the gallery set has \(written) descriptors but \(gallery.count) labels")
    }
    try write(gallery)
    try checked.descriptors.values.withUnsafeBytes { try file.write($0) }
    try write(query)
    try file.commit()
  }

  private func write(_ labels: RetrievalLabels) throws {
    for numbers in [labels.cameras, labels.identities] { try numbers.withUnsafeBytes { try file.write($0) } }
  }
}
