/// Reads image files at one size: file, libjpeg, resize, cache. Each thread has its own.
package struct ImageReader {
  /// The largest image file that is read, in bytes.
  package static let maximumFileSize = 1 << 27

  /// What is said of a file that libjpeg had to repair.
  package static func remark(onDamaged path: String) -> String {
    "\(path.quoted): ends early or is damaged within; libjpeg filled in what is missing"
  }

  private let cache: DecodedCache?
  private var resizer: ImageResizer

  /// Prepares for a size.
  init(size: ImageSize, cache: DecodedCache?) {
    self.cache = cache
    resizer = ImageResizer(to: size)
  }

  /// The image at the size.
  ///
  /// An image of more than twice the size each way is shrunk by libjpeg while it is decoded, to no less than twice the
  /// size, which leaves the last halving to the resize's own filter.
  ///
  /// - Throws: ``DatasetError`` with the file's path and the reason.
  mutating func read(_ image: LabelledImage) throws(DatasetError) -> DecodedImage {
    let key = DecodedCache.Key(path: image.file.path, size: resizer.size)
    if let known = cache?.image(key) { return known }
    let bytes: [UInt8]
    do throws(DatasetError) {
      bytes = try RegularFile.bytes(of: key.path, limit: Self.maximumFileSize)
    } catch {
      throw DatasetError("\(key.path.quoted): \(error.description)")
    }
    do throws(JPEGError) {
      let minimum = (width: 2 * resizer.size.width, height: 2 * resizer.size.height)
      let (decoded, repairs) = try JPEG.decode(bytes, minimum: minimum)
      let result = DecodedImage(pixels: resizer.resize(decoded), repairs: repairs)
      cache?.keep(result, as: key)
      return result
    } catch {
      throw DatasetError("\(key.path.quoted): not a JPEG image that can be read: \(error.description)")
    }
  }
}
