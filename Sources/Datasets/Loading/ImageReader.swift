import Foundation
import Support

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

  init(size: ImageSize, cache: DecodedCache?) {
    self.cache = cache
    resizer = ImageResizer(to: size)
  }

  /// The image at the size.
  ///
  /// An image of more than twice the size each way is shrunk by libjpeg while it is decoded, to no less than twice the
  /// size, which leaves the last halving to the resize's own filter.
  ///
  /// - Throws: ``PlainError`` with the file's path and the reason.
  mutating func read(_ image: LabelledImage) throws(PlainError) -> DecodedImage {
    let key = DecodedCache.Key(path: image.file.path, size: resizer.size)
    if let known = cache?.image(key) { return known }
    let bytes: [UInt8]
    do throws(PlainError) {
      bytes = try RegularFile.bytes(of: key.path, limit: Self.maximumFileSize)
    } catch {
      throw PlainError("\(key.path.quoted): \(error.description)")
    }
    do throws(PlainError) {
      let minimum = (width: 2 * resizer.size.width, height: 2 * resizer.size.height)
      let (decoded, repairs) = try JPEG.decode(bytes, minimum: minimum)
      let result = DecodedImage(pixels: resizer.resize(decoded), repairs: repairs)
      cache?.keep(result, as: key)
      return result
    } catch {
      throw PlainError("\(key.path.quoted): not a JPEG image that can be read: \(error.description)")
    }
  }
}

/// Decoded images at the model's size, kept from one epoch to the next and shared by loaders.
///
/// It is for small images, which a small network trains on faster than they are decoded; whoever makes one asks
/// ``holds(images:of:)`` first, and reads sets that do not fit from their files every time, so that memory stays level
/// however long a run is. A full cache takes no more: a least-recently-used order would throw out every image just before an
/// epoch comes round to it.
package final class DecodedCache: @unchecked Sendable {
  // Unchecked: every access to the mutable properties holds `lock`.

  struct Key: Hashable {
    let path: String
    let size: ImageSize
  }

  /// The most bytes of pixels that are kept.
  package let limitBytes: Int
  private let lock = NSLock()
  private var images: [Key: DecodedImage] = [:]
  private var storedBytes = 0

  /// Makes an empty cache; 128 MiB hold 5,400 images of 128 × 64 or 900 of 384 × 128.
  package init(limitBytes: Int = 128 << 20) { self.limitBytes = limitBytes }

  /// Whether that many images of that size fit, all of them.
  package func holds(images: Int, of size: ImageSize) -> Bool { images <= limitBytes / max(1, size.count) }

  package var bytes: Int { lock.withLock { storedBytes } }

  package var count: Int { lock.withLock { images.count } }

  func image(_ key: Key) -> DecodedImage? { lock.withLock { images[key] } }

  func keep(_ image: DecodedImage, as key: Key) {
    lock.withLock {
      guard images[key] == nil, image.pixels.count <= limitBytes - storedBytes else { return }
      images[key] = image
      storedBytes += image.pixels.count
    }
  }
}

/// An image at the model's size, and how many faults of its file libjpeg repaired.
struct DecodedImage {
  let pixels: [UInt8]
  let repairs: Int
}
