/// A picture of 8-bit RGB pixels, rows from the top, `height × width × 3` values side by side.
package struct Image: Equatable, Sendable {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Red, green and blue of each pixel, row by row.
  package var pixels: [UInt8]

  /// Makes a picture from its pixels; `pixels` must hold `width × height × 3` values.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "an image of \(width)x\(height) has \(width * height * 3) values")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Makes a picture of one colour.
  package init(width: Int, height: Int, red: UInt8 = 0, green: UInt8 = 0, blue: UInt8 = 0) {
    self.init(
      width: width, height: height,
      pixels: (0..<width * height).flatMap { _ in [red, green, blue] })
  }
}
