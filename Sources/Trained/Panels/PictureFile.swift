import Datasets
import Foundation
import Support

/// Reading image files at the size that panels show them.
package enum PictureFile {
  /// The largest image file that is read, in bytes.
  static let largest = 1 << 27

  /// A tile's picture of an image file.
  ///
  /// - Throws: ``PlainError`` with the file's path and the reason.
  package static func tile(_ file: URL) throws(PlainError) -> Image {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int,
      size <= largest, let data = try? Data(contentsOf: file)
    else { throw PlainError("\(file.path.quoted): cannot be read") }
    do throws(PlainError) {
      return Tile.picture(of: try JPEG.decode(Array(data), minimum: (2 * Tile.width, 2 * Tile.height)).image)
    } catch {
      throw PlainError("\(file.path.quoted): not a JPEG image that can be read: \(error.description)")
    }
  }
}
