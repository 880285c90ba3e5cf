import Foundation
import JPEGBridge

/// What went wrong with one JPEG image, in libjpeg's words.
public struct JPEGError: Error, CustomStringConvertible, Equatable {
  /// The reason, without a file's name.
  public let description: String
}

/// Reading and writing JPEG images through libjpeg; a damaged file is an error, never a crash.
public enum JPEG {
  /// The largest image that is decoded, in pixels (64 million: 192 MB as RGB). A header may lie.
  public static let maximumPixels = 1 << 26

  /// Decodes an image to RGB.
  ///
  /// - Parameter minimum: where given, libjpeg may shrink while decoding, to no less than this width and height.
  /// - Returns: the image, and how many faults libjpeg repaired (a truncated file is grey below the cut).
  /// - Throws: ``JPEGError`` where the bytes are no JPEG image or claim more than ``maximumPixels``.
  public static func decode(_ bytes: [UInt8], minimum: (width: Int, height: Int)? = nil) throws(JPEGError)
    -> (image: Image, warnings: Int)
  {
    var pixels: UnsafeMutablePointer<UInt8>?
    var width: Int32 = 0
    var height: Int32 = 0
    var warnings = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    let status = jpeg_bridge_decode(
      bytes, bytes.count, Int32(clamping: minimum?.width ?? 0), Int32(clamping: minimum?.height ?? 0), maximumPixels,
      &pixels, &width, &height, &warnings, &message)
    guard status == 0, let pixels else { throw JPEGError(message) }
    defer { free(pixels) }
    let count = Int(width) * Int(height) * 3
    let image = Image(
      width: Int(width), height: Int(height), pixels: Array(UnsafeBufferPointer(start: pixels, count: count)))
    return (image, warnings)
  }

  /// The width and height that an image's header states.
  ///
  /// - Throws: ``JPEGError`` where the bytes are no JPEG image.
  public static func size(of bytes: [UInt8]) throws(JPEGError) -> (width: Int, height: Int) {
    var width: Int32 = 0
    var height: Int32 = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    guard jpeg_bridge_size(bytes, bytes.count, &width, &height, &message) == 0 else { throw JPEGError(message) }
    return (Int(width), Int(height))
  }

  /// Encodes an image as a baseline JPEG file with 4:2:0 chroma.
  ///
  /// - Parameter quality: 1 to 100, libjpeg's scale.
  /// - Throws: ``JPEGError`` where libjpeg refuses the size.
  public static func encode(_ image: Image, quality: Int) throws(JPEGError) -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(JPEG_BRIDGE_MESSAGE_LENGTH))
    let status = jpeg_bridge_encode(
      image.pixels, Int32(clamping: image.width), Int32(clamping: image.height), Int32(clamping: quality), &bytes,
      &count, &message)
    guard status == 0, let bytes else { throw JPEGError(message) }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}

extension JPEGError {
  init(_ message: [CChar]) {
    self.init(description: String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
