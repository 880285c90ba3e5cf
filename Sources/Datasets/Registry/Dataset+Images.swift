import Foundation

extension Dataset {
  /// Checks that every file is a JPEG image, by its header, before work begins that would stop at it.
  ///
  /// - Throws: ``DatasetError`` that names the first files that are not and why, and how many more there are.
  public func requireReadableImages() throws(DatasetError) {
    var faults: [String] = []
    for image in train + query + gallery {
      guard let data = try? Data(contentsOf: image.file) else {
        faults.append("\(image.file.path.quoted): cannot be read")
        continue
      }
      do { _ = try JPEG.size(of: Array(data)) } catch {
        faults.append("\(image.file.path.quoted): \(error.description)")
      }
    }
    guard !faults.isEmpty else { return }
    let shown = faults.prefix(3).joined(separator: "; ")
    let more = faults.count > 3 ? "; and \(faults.count - 3) more" : ""
    throw DatasetError(
      "the dataset '\(name)' has files that are no JPEG images: \(shown)\(more); replace or remove them")
  }
}
