import Datasets
import Foundation
import Support

/// Reading image files at the size that panels show them.
package enum PictureFile {
  /// The largest image file that is read, in bytes.
  static let largest = 1 << 27

  /// A tile's picture of an image file, or of a box of it.
  ///
  /// - Throws: ``PlainError`` with the file's path and the reason.
  package static func tile(_ photograph: Photograph) throws(PlainError) -> Image {
    guard let box = photograph.box else {
      return Tile.picture(of: try image(photograph.file, minimum: (2 * Tile.width, 2 * Tile.height)))
    }
    let frame = try image(photograph.file, minimum: nil)
    guard let pixels = box.pixels(of: FileExtent(width: frame.width, height: frame.height)) else {
      throw PlainError("\(photograph.file.path.quoted): the box \(box.words) lies outside the frame")
    }
    return Tile.picture(of: frame.cut(rows: pixels.rows, columns: pixels.columns))
  }

  /// The largest small picture for a page, in pixels.
  private static let thumbnail = (width: 80, height: 160)
  /// libjpeg's quality of small pictures.
  private static let quality = 80

  /// An image file as a small JPEG for a page, never enlarged, with nothing of what the file says beside its pixels.
  ///
  /// - Throws: as ``tile(_:)``.
  static func thumbnail(_ file: URL) throws(PlainError) -> [UInt8] {
    let (width, height) = thumbnail
    let image = try image(file, minimum: (2 * width, 2 * height))
    let small = image.width <= width && image.height <= height ? image : image.fitted(width: width, height: height)
    return try JPEG.encode(small, quality: quality)
  }

  private static func image(_ file: URL, minimum: (width: Int, height: Int)?) throws(PlainError) -> Image {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int,
      size <= largest, let data = try? Data(contentsOf: file)
    else { throw PlainError("\(file.path.quoted): cannot be read") }
    do throws(PlainError) { return try JPEG.decode(Array(data), minimum: minimum).image } catch {
      throw PlainError("\(file.path.quoted): not a JPEG image that can be read: \(error.description)")
    }
  }
}
