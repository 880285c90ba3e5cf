/// From 8-bit RGB to a model's input: scaled to [0, 1], less ImageNet's mean, over its deviation.
enum Normalization {
  /// ImageNet's mean of red, green and blue.
  static let mean = [0.485, 0.456, 0.406]
  /// ImageNet's deviation of red, green and blue.
  static let deviation = [0.229, 0.224, 0.225]

  /// The input value of each level of each channel, `256 × 3`, computed once in double precision.
  static let table: [Float] = (0..<256).flatMap { level in
    (0..<3).map { Float((Double(level) / 255 - mean[$0]) / deviation[$0]) }
  }

  /// Writes an image's input values, `height × width × 3`, mirrored left to right where `flip` says so.
  static func write(
    _ pixels: [UInt8], size: ImageSize, flip: Bool, to target: UnsafeMutablePointer<Float>
  ) {
    pixels.withUnsafeBufferPointer { source in
      table.withUnsafeBufferPointer { table in
        let width = size.width
        for y in 0..<size.height {
          let row = y * width * 3
          for x in 0..<width {
            let from = row + (flip ? width - 1 - x : x) * 3
            let to = target + (row + x * 3)
            to[0] = table[Int(source[from]) * 3]
            to[1] = table[Int(source[from + 1]) * 3 + 1]
            to[2] = table[Int(source[from + 2]) * 3 + 2]
          }
        }
      }
    }
  }
}
