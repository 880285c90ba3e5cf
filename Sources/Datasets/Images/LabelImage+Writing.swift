import CPNG
import Foundation
import Support

extension LabelImage {
  /// The bytes of a PNG file with a palette of a byte a pixel, as human parsers write them.
  ///
  /// - Parameter colours: how many classes the palette tells apart; more than 16, or libpng packs several pixels into a
  ///   byte, and more than any class's number.
  /// - Throws: ``PlainError`` where libpng refuses.
  package func png(colours: Int) throws(PlainError) -> Data {
    precondition(colours > 16 && colours <= 256 && classes.allSatisfy { $0 < colours })
    var control = png_image()
    control.version = aanet_png_image_version
    control.width = png_uint_32(width)
    control.height = png_uint_32(height)
    control.format = aanet_png_format_rgb_colormap
    control.colormap_entries = png_uint_32(colours)
    defer { png_image_free(&control) }
    // Deflate adds a few bytes at most to what it cannot make smaller; the rest is for headers and the palette.
    var bytes = [UInt8](repeating: 0, count: classes.count + classes.count / 64 + height + 4096)
    var count = png_alloc_size_t(bytes.count)
    guard png_image_write_to_memory(&control, &bytes, &count, 0, classes, 0, Self.palette(colours)) != 0 else {
      throw PlainError("libpng: \(control.reason)")
    }
    return Data(bytes.prefix(Int(count)))
  }

  /// The colours of PASCAL VOC's label images, which most parsers write: the bits of a class in turn go to the highest
  /// bits of red, green and blue.
  private static func palette(_ colours: Int) -> [UInt8] {
    (0..<colours).flatMap { label in
      (0..<3).map { channel in
        (0..<3).reduce(into: UInt8(0)) { colour, bit in
          if label >> (3 * bit + channel) & 1 == 1 { colour |= 0x80 >> UInt8(bit) }
        }
      }
    }
  }
}
