import Datasets

/// Putting pictures together, pixel by pixel.
extension Image {
  /// The picture in shades of grey (luma of ITU-R BT.601, as JPEG has it).
  package var grey: Image {
    var result = self
    for place in stride(from: 0, to: pixels.count, by: 3) {
      let luma = 0.299 * Double(pixels[place]) + 0.587 * Double(pixels[place + 1]) + 0.114 * Double(pixels[place + 2])
      for channel in 0..<3 { result.pixels[place + channel] = UInt8(luma.rounded()) }
    }
    return result
  }

  /// `share` of `over` and the rest of `under`.
  static func mix(_ under: UInt8, _ over: UInt8, _ share: Double) -> UInt8 {
    UInt8((Double(under) * (1 - share) + Double(over) * share).rounded())
  }

  /// Copies a picture onto this one; what would lie outside is left out.
  package mutating func paste(_ picture: Image, x: Int, y: Int) {
    let columns = max(0, -x)..<max(max(0, -x), min(picture.width, width - x))
    for row in 0..<picture.height where (0..<height).contains(y + row) && !columns.isEmpty {
      let from = (row * picture.width + columns.lowerBound) * 3
      let to = ((y + row) * width + x + columns.lowerBound) * 3
      for i in 0..<columns.count * 3 { pixels[to + i] = picture.pixels[from + i] }
    }
  }

  /// Lays a picture of the same size over this one.
  package mutating func cover(with layer: Layer) {
    precondition(layer.width == width && layer.height == height, "a layer of another size")
    for place in 0..<width * height where layer.pixels[place * 4 + 3] > 0 {
      let share = Double(layer.pixels[place * 4 + 3]) / 255
      for channel in 0..<3 {
        pixels[place * 3 + channel] = Self.mix(pixels[place * 3 + channel], layer.pixels[place * 4 + channel], share)
      }
    }
  }

  /// The picture enlarged or shrunk to the largest size that fits, its proportions kept.
  package func fitted(width: Int, height: Int) -> Image {
    let scale = min(Double(width) / Double(self.width), Double(height) / Double(self.height))
    let size = ImageSize(
      height: min(height, max(1, Int((Double(self.height) * scale).rounded()))),
      width: min(width, max(1, Int((Double(self.width) * scale).rounded()))))
    var resizer = ImageResizer(to: size)
    return Image(width: size.width, height: size.height, pixels: resizer.resize(self))
  }
}
