import Foundation
import Models
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
  private var maker: CueMaker?

  /// - Parameter inputs: what is read of each image besides, of which `cues` tells.
  init(size: ImageSize, cache: DecodedCache?, inputs: [CueInput] = [], cues: DatasetCues? = nil) {
    self.cache = cache
    resizer = ImageResizer(to: size)
    maker = inputs.isEmpty ? nil : cues.map { CueMaker(inputs, of: $0, cache: cache) }
  }

  /// The image at the size, and what tasks read of it besides.
  ///
  /// An image of more than twice the size each way is shrunk by libjpeg while it is decoded, to no less than twice the
  /// size, which leaves the last halving to the resize's own filter.
  ///
  /// - Throws: ``PlainError`` with the path of the file that cannot be used and the reason.
  mutating func read(
    _ image: LabelledImage
  ) throws(PlainError) -> (image: DecodedImage, products: [CueProduct]) {
    var (result, full) = try decode(image)
    var products: [CueProduct] = []
    for input in maker?.inputs ?? [] {
      let product = try maker?.make(input, of: image, decoded: result, size: resizer.size) { () throws(PlainError) in
        if let full { return full }
        let decoded = try Self.decode(image, minimum: nil).image
        full = decoded
        return decoded
      }
      if let product { products.append(product) }
    }
    return (result, products)
  }

  /// The image at the size, and as its file has it where that was decoded on the way.
  private mutating func decode(
    _ image: LabelledImage
  ) throws(PlainError) -> (result: DecodedImage, full: Image?) {
    if let box = image.box { return try decode(box, of: image) }
    let key = DecodedCache.Key(path: image.file.path, size: resizer.size)
    if let known = cache?.image(key) { return (known, nil) }
    let minimum = Self.minimum(for: resizer.size)
    let (decoded, repairs, bytes) = try Self.decode(image, minimum: minimum)
    var extent = FileExtent(width: decoded.width, height: decoded.height)
    // libjpeg shrinks to no less than the minimum: what has less was not shrunk.
    let isFull = decoded.width < minimum.width || decoded.height < minimum.height
    if !isFull, maker != nil {
      do throws(PlainError) { extent = FileExtent(try JPEG.size(of: bytes)) } catch { throw Self.failure(image, error) }
    }
    let remarks = repairs > 0 ? [Self.remark(onDamaged: image.file.path)] : []
    let result = DecodedImage(pixels: resizer.resize(decoded), remarks: remarks, extent: extent)
    cache?.keep(result, as: key)
    return (result, isFull ? decoded : nil)
  }

  /// A box is cut out of the whole frame, which libjpeg does not shrink: of its pixels none is lost before the resize.
  private mutating func decode(
    _ box: FrameBox, of image: LabelledImage
  ) throws(PlainError) -> (result: DecodedImage, full: Image?) {
    let frame: DecodedCache.Frame
    if let known = cache?.frame(image.file.path) {
      frame = known
    } else {
      let (decoded, repairs, _) = try Self.decode(image, minimum: nil)
      frame = DecodedCache.Frame(path: image.file.path, image: decoded, repairs: repairs)
      cache?.keep(frame)
    }
    let extent = FileExtent(width: frame.image.width, height: frame.image.height)
    let size = "\(extent.width) x \(extent.height) pixels"
    guard let pixels = box.pixels(of: extent) else {
      throw PlainError("\(image.file.path.quoted): the box \(box.words) lies outside the frame of \(size)")
    }
    let cut = frame.image.cut(rows: pixels.rows, columns: pixels.columns)
    var remarks = frame.repairs > 0 ? [Self.remark(onDamaged: image.file.path)] : []
    if pixels.isCut {
      remarks.append("\(image.file.path.quoted): the box \(box.words) was cut at the edge of the frame of \(size)")
    }
    return (
      DecodedImage(
        pixels: resizer.resize(cut), remarks: remarks, extent: FileExtent(width: cut.width, height: cut.height)), cut
    )
  }

  /// An image as it is before it is brought to a size.
  ///
  /// - Throws: ``PlainError`` with the path of the file that cannot be used and the reason.
  package static func decoded(_ file: URL, for size: ImageSize) throws(PlainError) -> Image {
    let image = LabelledImage(file: file, name: file.lastPathComponent, identity: 0, camera: 1)
    return try decode(image, minimum: minimum(for: size)).image
  }

  /// What libjpeg may shrink an image to that is brought to a size.
  private static func minimum(for size: ImageSize) -> (width: Int, height: Int) { (2 * size.width, 2 * size.height) }

  private static func decode(
    _ image: LabelledImage, minimum: (width: Int, height: Int)?
  ) throws(PlainError) -> (image: Image, repairs: Int, bytes: [UInt8]) {
    let bytes: [UInt8]
    do throws(PlainError) {
      bytes = try RegularFile.bytes(of: image.file.path, limit: maximumFileSize)
    } catch {
      throw PlainError("\(image.file.path.quoted): \(error.description)")
    }
    do throws(PlainError) {
      let (decoded, repairs) = try JPEG.decode(bytes, minimum: minimum)
      return (decoded, repairs, bytes)
    } catch {
      throw failure(image, error)
    }
  }

  private static func failure(_ image: LabelledImage, _ error: PlainError) -> PlainError {
    PlainError("\(image.file.path.quoted): not a JPEG image that can be read: \(error.description)")
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

  struct ProductKey: Hashable {
    let path: String
    let input: CueInput
  }

  /// A frame as its file has it.
  struct Frame {
    let path: String
    let image: Image
    let repairs: Int
  }

  /// The most bytes of pixels that are kept.
  package let limitBytes: Int
  private let lock = NSLock()
  private var images: [Key: DecodedImage] = [:]
  private var products: [ProductKey: CueProduct] = [:]
  private var storedBytes = 0
  /// The frame that boxes were cut out of last: the next ones are most often of the same.
  private var lastFrame: Frame?

  /// Makes an empty cache; 128 MiB hold 5,400 images of 128 × 64 or 900 of 384 × 128.
  package init(limitBytes: Int = 128 << 20) { self.limitBytes = limitBytes }

  /// Whether that many images of that size fit, all of them, with what tasks read of them besides.
  package func holds(images: Int, of size: ImageSize, inputs: [CueInput] = []) -> Bool {
    images <= limitBytes / max(1, size.count + inputs.reduce(0) { $0 + $1.keptBytes })
  }

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

  func frame(_ path: String) -> Frame? { lock.withLock { lastFrame?.path == path ? lastFrame : nil } }

  func keep(_ frame: Frame) { lock.withLock { lastFrame = frame } }

  func product(_ key: ProductKey) -> CueProduct? { lock.withLock { products[key] } }

  func keep(_ product: CueProduct, as key: ProductKey) {
    lock.withLock {
      guard products[key] == nil, product.bytes <= limitBytes - storedBytes else { return }
      products[key] = product
      storedBytes += product.bytes
    }
  }
}

/// An image at the model's size.
struct DecodedImage {
  let pixels: [UInt8]
  /// What is to be said of it: that its file was repaired, that its box was cut.
  let remarks: [String]
  /// The size of the file's image, where tasks read anything of it besides.
  let extent: FileExtent
}
