import Foundation

/// Decoded images at the model's size, kept from one epoch to the next and shared by loaders.
///
/// It is for small images, which a small network trains on faster than they are decoded; whoever makes one asks
/// ``holds(images:of:)`` first, and reads sets that do not fit from their files every time, so that memory stays level
/// however long a run is. A full cache takes no more: a least-recently-used order would throw out every image just before an
/// epoch comes round to it.
package final class DecodedCache: @unchecked Sendable {
  // Unchecked: every access to the mutable properties holds `lock`.

  /// Which image, at which size.
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

  /// How many bytes of pixels are kept.
  package var bytes: Int { lock.withLock { storedBytes } }

  /// How many images are kept.
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
