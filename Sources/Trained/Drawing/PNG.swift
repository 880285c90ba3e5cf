import CPNG
import Datasets
import Foundation
import Support

/// Reading and writing PNG images through libpng; a damaged file is an error, never a crash.
package enum PNG {
  /// The largest image that is decoded, in pixels. A header may lie.
  package static let maximumPixels = 1 << 26

  /// The bytes of an image as a PNG file of 8-bit RGB.
  ///
  /// - Throws: ``PlainError`` where libpng refuses.
  package static func encode(_ image: Image) throws(PlainError) -> Data {
    var control = png_image()
    control.version = aanet_png_image_version
    control.width = png_uint_32(image.width)
    control.height = png_uint_32(image.height)
    control.format = aanet_png_format_rgb
    defer { png_image_free(&control) }
    var count: png_alloc_size_t = 0
    guard png_image_write_to_memory(&control, nil, &count, 0, image.pixels, 0, nil) != 0 else { throw error(control) }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    guard png_image_write_to_memory(&control, &bytes, &count, 0, image.pixels, 0, nil) != 0 else {
      throw error(control)
    }
    return Data(bytes.prefix(Int(count)))
  }

  /// The pixels of a PNG file, any kind of it, as red, green, blue and opacity.
  ///
  /// - Throws: ``PlainError`` where the bytes are no PNG image or claim more than ``maximumPixels``.
  package static func decode(_ data: Data) throws(PlainError) -> Layer {
    var control = png_image()
    control.version = aanet_png_image_version
    defer { png_image_free(&control) }
    // libpng keeps the bytes' address from the first call to the second.
    let pixels = data.withUnsafeBytes { bytes -> [UInt8]? in
      guard png_image_begin_read_from_memory(&control, bytes.baseAddress, bytes.count) != 0,
        Int(control.width) * Int(control.height) <= maximumPixels
      else { return nil }
      control.format = aanet_png_format_rgba
      var pixels = [UInt8](repeating: 0, count: Int(control.width) * Int(control.height) * 4)
      return png_image_finish_read(&control, nil, &pixels, 0, nil) != 0 ? pixels : nil
    }
    let (width, height) = (Int(control.width), Int(control.height))
    guard let pixels else {
      guard control.warning_or_error == 0 else { throw error(control) }
      throw PlainError("a PNG image of \(width) x \(height) pixels is more than the \(maximumPixels) accepted")
    }
    return Layer(width: width, height: height, pixels: pixels)
  }

  private static func error(_ control: png_image) -> PlainError {
    PlainError("libpng: \(control.reason.isEmpty ? "no reason given" : control.reason)")
  }
}

/// A picture of red, green, blue and opacity that is laid over another.
package struct Layer: Equatable {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// `height × width × 4` values, the opacity not multiplied in.
  package let pixels: [UInt8]

  /// Gathers a layer; `pixels` must hold `width × height × 4` values.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 4)
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}
