import Foundation

/// Decoded images at the model's size, kept from one epoch to the next and shared by loaders.
///
/// It fills up to its limit and then takes no more: a least-recently-used order would throw out every image just
/// before an epoch comes round to it.
public final class DecodedCache: @unchecked Sendable {
  // Unchecked: every access to the mutable properties holds `lock`.

  /// Which image, at which size.
  struct Key: Hashable {
    let path: String
    let size: ImageSize
  }

  /// The most bytes of pixels that are kept.
  public let limitBytes: Int
  private let lock = NSLock()
  private var images: [Key: DecodedImage] = [:]
  private var storedBytes = 0

  /// Makes an empty cache; 512 MiB hold 21,000 images of 128 × 64 or 3,600 of 384 × 128.
  public init(limitBytes: Int = 512 << 20) { self.limitBytes = limitBytes }

  /// How many bytes of pixels are kept.
  public var bytes: Int { lock.withLock { storedBytes } }

  /// How many images are kept.
  public var count: Int { lock.withLock { images.count } }

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
