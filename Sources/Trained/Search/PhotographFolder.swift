import Datasets
import Foundation
import Support

/// A folder of photographs: its JPEG files in the order of their names; what lies in folders under it is not looked at.
package struct PhotographFolder {
  /// The files.
  package let files: [URL]
  /// How many other files lie there.
  package let ignored: Int

  private static let extensions = ["jpg", "jpeg"]

  /// Lists a folder.
  ///
  /// - Throws: ``PlainError`` where there is no such folder, or no JPEG file in it.
  package init(_ folder: URL) throws(PlainError) {
    let names: [String]
    do throws(PlainError) { names = try RegularFile.names(in: folder.path) } catch {
      throw PlainError("\(folder.path.quoted): \(error.description)")
    }
    let shown = names.filter { !$0.hasPrefix(".") }
    let images = shown.filter { name in
      Self.extensions.contains((name as NSString).pathExtension.lowercased())
    }
    guard !images.isEmpty else {
      throw PlainError(
        "\(folder.path.quoted): no files that end in .jpg or .jpeg here"
          + (shown.isEmpty ? "" : ", but \(Wording.count(shown.count, "other")); images are read as JPEG only"))
    }
    files = images.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { folder.appendingPathComponent($0, isDirectory: false) }
    ignored = shown.count - images.count
  }

  /// The boxes of people in some frames, frame by frame in their order, those of a frame in the file's.
  ///
  /// - Parameters:
  ///   - path: a file of boxes in COCO's form.
  ///   - leastScore: what a box's score must be, where it has one.
  ///   - remark: told which boxes and frames are passed over.
  /// - Throws: ``PlainError`` where the file cannot be read, or has no box of these frames.
  package static func people(
    in frames: [URL], boxes path: String, leastScore: Double?, remark: (String) -> Void
  ) throws(PlainError) -> [Photograph] {
    let file = try BoxFile(
      contentsOf: path, frames: frames.map(\.lastPathComponent), leastScore: leastScore ?? -.infinity)
    if let words = file.leftOut.words { remark("\(path.quoted): \(words)") }
    let empty = frames.count - Set(file.boxes.map(\.frame)).count
    if empty > 0 { remark("\(empty) of \(Wording.count(frames.count, "frame")) without a box") }
    let order = file.boxes.indices.sorted { (file.boxes[$0].frame, $0) < (file.boxes[$1].frame, $1) }
    return order.map { place in
      let entry = file.boxes[place]
      return Photograph(frames[entry.frame], box: entry.box, score: entry.score)
    }
  }
}
