import Configuration
import Tensors

extension Dataset {
  /// Checks that every file is a JPEG image, by its header, before work begins that would stop at it.
  ///
  /// - Throws: ``DatasetError`` that names the first files that are not and why, and how many more there are.
  public func requireReadableImages(threads: Int = Engine.availableThreads) throws(DatasetError) {
    let workers = WorkerPool(count: threads)
    let faults = [train, query, gallery].flatMap { images in
      workers.map(images) { $0.headerFault }.compactMap { $0 }
    }
    guard !faults.isEmpty else { return }
    let shown = faults.prefix(3).joined(separator: "; ")
    let more = faults.count > 3 ? "; and \(faults.count - 3) more" : ""
    throw DatasetError(
      "the dataset '\(name)' has \(Wording.count(faults.count, "file")) that cannot be read as JPEG images: "
        + "\(shown)\(more); mend or remove \(faults.count == 1 ? "it" : "them")")
  }
}

extension LabelledImage {
  /// More than the header of an image without a preview in it.
  private static let headerSize = 4096

  /// What is wrong with the file's header; nil where it is a JPEG image's.
  ///
  /// The file's first 4 KiB tell of most images; the rest is read where they do not.
  fileprivate var headerFault: String? {
    do throws(DatasetError) {
      let start = try RegularFile.start(of: file.path, count: Self.headerSize)
      if (try? JPEG.size(of: start)) != nil { return nil }
      let bytes = try RegularFile.bytes(of: file.path, limit: ImageReader.maximumFileSize)
      do throws(JPEGError) { _ = try JPEG.size(of: bytes) } catch { return "\(file.path.quoted): \(error.description)" }
      return nil
    } catch {
      return "\(file.path.quoted): \(error.description)"
    }
  }
}
