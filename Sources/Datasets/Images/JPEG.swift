import Foundation
import JPEGBridge
import Support
import Tensors

/// Reading and writing JPEG images through libjpeg; a damaged file is an error, never a crash.
package enum JPEG {
  /// The largest image that is decoded, in pixels (64 million: 192 MB as RGB). A header may lie.
  package static let maximumPixels = 1 << 26

  /// Decodes an image to RGB and turns it as its EXIF data say.
  ///
  /// - Parameter minimum: where given, libjpeg may shrink while decoding, to no less than this width and height of the
  ///   turned image.
  /// - Returns: the image, and how many faults libjpeg repaired (a truncated file is grey below the cut).
  /// - Throws: ``PlainError`` where the bytes are no JPEG image or claim more than ``maximumPixels``.
  package static func decode(_ bytes: [UInt8], minimum: (width: Int, height: Int)? = nil) throws(PlainError)
    -> (image: Image, warnings: Int)
  {
    var pixels: UnsafeMutablePointer<UInt8>?
    var width: Int32 = 0
    var height: Int32 = 0
    var warnings = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    let orientation = ImageOrientation(ofJPEG: bytes)
    var (least, lowest) = (minimum?.width ?? 0, minimum?.height ?? 0)
    if orientation.swapsAxes { swap(&least, &lowest) }
    let status = jpeg_bridge_decode(
      bytes, bytes.count, Int32(clamping: least), Int32(clamping: lowest), maximumPixels, &pixels, &width, &height,
      &warnings, &message)
    guard status == 0, let pixels else { throw failure(message, about: bytes) }
    defer { free(pixels) }
    let count = Int(width) * Int(height) * 3
    let image = Image(
      width: Int(width), height: Int(height), pixels: Array(UnsafeBufferPointer(start: pixels, count: count)))
    return (orientation.upright(image), warnings)
  }

  /// The width and height that an image's header states, turned as its EXIF data say.
  ///
  /// - Throws: ``PlainError`` where the bytes are no JPEG image.
  package static func size(of bytes: [UInt8]) throws(PlainError) -> (width: Int, height: Int) {
    var width: Int32 = 0
    var height: Int32 = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    guard jpeg_bridge_size(bytes, bytes.count, &width, &height, &message) == 0 else {
      throw failure(message, about: bytes)
    }
    if ImageOrientation(ofJPEG: bytes).swapsAxes { swap(&width, &height) }
    return (Int(width), Int(height))
  }

  /// Encodes an image as a baseline JPEG file with 4:2:0 chroma.
  ///
  /// - Parameter quality: 1 to 100, libjpeg's scale.
  /// - Throws: ``PlainError`` where libjpeg refuses the size.
  package static func encode(_ image: Image, quality: Int) throws(PlainError) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    let status = jpeg_bridge_encode(
      image.pixels, Int32(clamping: image.width), Int32(clamping: image.height), Int32(clamping: quality), &bytes,
      &count, &message)
    guard status == 0, let bytes else { throw failure(message) }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// What libjpeg says.
  private static func failure(_ message: [CChar]) -> PlainError {
    PlainError(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }

  /// What the bytes are, where they are something else that is known, and otherwise what libjpeg says of them.
  private static func failure(_ message: [CChar], about bytes: [UInt8]) -> PlainError {
    guard let kind = FileKind(of: bytes), kind != .jpeg else { return failure(message) }
    let advice = kind.isImage ? "convert it to JPEG" : kind.advice
    return PlainError("it is \(kind.name)" + (advice.map { "; \($0)" } ?? ""))
  }
}
