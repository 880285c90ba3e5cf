import CPNG
import Support
import Tensors

/// The class of each pixel of an image, as a human parser writes them: a PNG file whose numbers are the classes.
package struct LabelImage: Equatable, Sendable {
  package let width: Int
  package let height: Int
  /// Row by row from the top.
  package let classes: [UInt8]

  /// The largest image that is decoded, in pixels. A header may lie.
  package static let maximumPixels = 1 << 26

  /// Gathers labels; `classes` must hold `width × height` of them.
  package init(width: Int, height: Int, classes: [UInt8]) {
    precondition(classes.count == width * height, "labels of \(width)x\(height) are \(width * height)")
    self.width = width
    self.height = height
    self.classes = classes
  }

  /// Reads a PNG file of 8-bit grey or of a palette, whose colours mean nothing.
  ///
  /// - Parameter fault: what is wrong with a size; it is asked before anything is decoded.
  /// - Throws: ``PlainError`` where the bytes are something else, are damaged, claim more than ``maximumPixels`` or a size
  ///   that is wrong.
  package init(
    png bytes: [UInt8], fault: (_ width: Int, _ height: Int) -> String? = { _, _ in nil }
  ) throws(PlainError) {
    let header = try Header(bytes)
    if let fault = header.fault ?? fault(header.width, header.height) { throw PlainError(fault) }
    (width, height) = (header.width, header.height)
    var control = png_image()
    control.version = aanet_png_image_version
    defer { png_image_free(&control) }
    // libpng keeps the bytes' address from the first call to the second.
    let labels = bytes.withUnsafeBytes { bytes -> [UInt8]? in
      guard png_image_begin_read_from_memory(&control, bytes.baseAddress, bytes.count) != 0,
        header.isPalette || control.format & aanet_png_format_flag_alpha == 0
      else { return nil }
      // With a palette asked for, libpng gives the numbers as they are in the file.
      control.format = aanet_png_format_rgb_colormap
      var labels = [UInt8](repeating: 0, count: header.width * header.height)
      var palette = [UInt8](repeating: 0, count: 256 * 3)
      var background = png_color()
      return png_image_finish_read(&control, &background, &labels, 0, &palette) != 0 ? labels : nil
    }
    guard let labels else {
      let text = control.reason
      throw PlainError(
        text.isEmpty ? "it is grey with a transparent level, not 8-bit grey or of a palette" : "libpng: \(text)")
    }
    classes = labels
  }

  /// What a PNG file's first chunk says.
  private struct Header {
    let width: Int
    let height: Int
    private let depth: UInt8
    private let kind: UInt8

    init(_ bytes: [UInt8]) throws(PlainError) {
      let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]
      guard bytes.starts(with: start), bytes.count >= 26 else {
        guard let other = FileKind(of: bytes), other != .png else { throw PlainError("it is no whole PNG image") }
        throw PlainError("it is \(other.name), not a PNG image of labels")
      }
      func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
      (width, height, depth, kind) = (number(16), number(20), bytes[24], bytes[25])
    }

    var isPalette: Bool { kind == 3 }

    var fault: String? {
      let name =
        switch kind {
        case 0 where depth == 8, 3: nil as String?
        case 0: "\(depth)-bit grey"
        case 2: "a picture in colours"
        case 4: "grey with opacity"
        case 6: "a picture in colours with opacity"
        default: "of no kind that there is"
        }
      if let name { return "it is \(name), not 8-bit grey or of a palette: save the numbers of classes" }
      guard (1...maximumPixels).contains(width), (1...maximumPixels).contains(height),
        width * height <= maximumPixels
      else { return "labels of \(width) x \(height) pixels are more than the \(maximumPixels) accepted" }
      return nil
    }
  }
}

extension png_image {
  /// Why libpng refused, in its own words; empty where it did not say.
  package var reason: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
