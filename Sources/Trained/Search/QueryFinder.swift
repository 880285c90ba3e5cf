import Datasets
import Experiments
import Foundation
import Models
import Retrieval
import Support

/// The query that a person names: an image of the run's dataset, by path or by its name alone, or any photograph.
package struct QueryFinder {
  private let run: any RankedRun
  private let stored: StoredGallery?
  private let readout: AttributeReadout?

  /// Prepares to look among a run's own images, where they are there.
  package init(_ run: any RankedRun, stored: StoredGallery?) {
    self.run = run
    self.stored = stored
    readout = run.attributeReadout
  }

  /// Finds a query. Of the dataset's images the stored descriptor is taken; a photograph is looked at.
  ///
  /// - Throws: ``PlainError`` with the nearest name where there is no such file, or with the reason where it cannot
  ///   be read.
  package func find(_ text: String, remark: (String) -> Void = { _ in }) throws -> SearchQuery {
    let path = URL(fileURLWithPath: text).standardizedFileURL
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder) {
      guard !isFolder.boolValue else {
        throw PlainError("\(path.path.quoted): it is a folder; name one image as the query")
      }
      return try ofDataset { $0.file.samePlace(as: path) } ?? photograph(path, remark: remark)
    }
    if let found = try ofDataset({ $0.name == text }) { return found }
    throw PlainError(unknown(text))
  }

  /// The query at a place of the dataset's list.
  package func query(_ index: Int) throws -> SearchQuery {
    guard let stored else { throw PlainError("\(run.name): its dataset is not open") }
    return query(index, of: stored.dataset.query, stored.query, place: index)
  }

  private func ofDataset(_ isMeant: (LabelledImage) -> Bool) throws -> SearchQuery? {
    guard let stored else { return nil }
    if let index = stored.dataset.query.firstIndex(where: isMeant) { return try query(index) }
    return stored.dataset.gallery.firstIndex(where: isMeant).map {
      query($0, of: stored.dataset.gallery, stored.gallery, place: nil)
    }
  }

  private func query(
    _ index: Int, of images: [LabelledImage], _ set: LabelledDescriptors, place: Int?
  ) -> SearchQuery {
    SearchQuery(
      image: SearchImage(images[index]), descriptor: Array(StoredGallery.descriptor(index, in: set)),
      probabilities: SearchGallery.probabilities(index, in: set, readout), place: place)
  }

  private func photograph(_ file: URL, remark: (String) -> Void) throws -> SearchQuery {
    var failure: PlainError?
    let seen = try run.describe(
      [Photograph(file)], isInterrupted: { false },
      report: { event in
        switch event {
        case .skipped(_, let error): failure = error
        case .remark(let text): remark(text)
        case .done: break
        }
      })
    guard let reading = seen.first else {
      throw PlainError(failure?.description ?? "\(file.path.quoted): cannot be read")
    }
    return SearchQuery(
      image: SearchImage(Photograph(file)), descriptor: reading.descriptor, probabilities: reading.attributes)
  }

  private func unknown(_ text: String) -> String {
    let what = "there is no image \(Wording.quoted(text))"
    guard let stored else { return what }
    let place = "neither as a file nor in \(run.settings.dataset)"
    let near = Wording.nearest(to: text, in: (stored.dataset.query + stored.dataset.gallery).map(\.name))
    if let near { return "\(what), \(place); did you mean \(Wording.quoted(near))?" }
    let example = stored.dataset.query.first.map { "; a query is called like \(Wording.quoted($0.name))" } ?? ""
    return "\(what), \(place)\(example)"
  }
}

extension URL {
  /// Whether both are one file, links followed.
  fileprivate func samePlace(as other: URL) -> Bool {
    lastPathComponent == other.lastPathComponent
      && resolvingSymlinksInPath().standardizedFileURL.path == other.resolvingSymlinksInPath().standardizedFileURL.path
  }
}
