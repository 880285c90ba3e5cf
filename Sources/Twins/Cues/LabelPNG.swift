import CPNG
import Foundation
import Support

/// A label image as human parsers write it: 8-bit palette, the number of a pixel is its class.
enum LabelPNG {
  /// The palette that PASCAL VOC's files and LIP's bear, so that the classes are told apart by eye.
  private static let palette: [UInt8] = (0..<ParsingLabel.classes).flatMap { label in
    (0..<3).map { channel in
      (0..<3).reduce(into: UInt8(0)) { colour, bit in
        if label >> (3 * bit + channel) & 1 == 1 { colour |= 0x80 >> UInt8(bit) }
      }
    }
  }

  /// The bytes of a file.
  ///
  /// - Throws: ``PlainError`` where libpng refuses.
  static func encode(_ cues: Cues) throws(PlainError) -> Data {
    var control = png_image()
    control.version = aanet_png_image_version
    control.width = png_uint_32(cues.width)
    control.height = png_uint_32(cues.height)
    control.format = aanet_png_format_rgb_colormap
    control.colormap_entries = png_uint_32(ParsingLabel.classes)
    defer { png_image_free(&control) }
    // Deflate adds a few bytes at most to what it cannot make smaller; the rest is for headers and the palette.
    var bytes = [UInt8](repeating: 0, count: cues.labels.count + cues.labels.count / 64 + cues.height + 4096)
    var count = png_alloc_size_t(bytes.count)
    guard png_image_write_to_memory(&control, &bytes, &count, 0, cues.labels, 0, palette) != 0 else {
      let reason = withUnsafeBytes(of: control.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      throw PlainError("libpng: \(reason)")
    }
    return Data(bytes.prefix(Int(count)))
  }
}
