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
}
