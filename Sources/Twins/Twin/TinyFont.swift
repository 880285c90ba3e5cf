import Datasets

/// Letters of three by five dots, enough for file names.
enum TinyFont {
  /// Five rows of three dots each, the highest bit first.
  private static let glyphs: [Character: [UInt8]] = [
    "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 7, 1, 7], "4": [5, 5, 7, 1, 1],
    "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 1, 2, 2], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
    "c": [0, 7, 4, 4, 7], "s": [0, 7, 6, 1, 7], "f": [3, 2, 7, 2, 2], "_": [0, 0, 0, 0, 7], "-": [0, 0, 7, 0, 0],
  ]

  /// Writes dark text; a letter that the font lacks is left blank.
  static func write(_ text: String, on image: inout Image, x: Int, y: Int, size: Int) {
    for (index, letter) in text.enumerated() {
      for (row, bits) in (glyphs[letter] ?? []).enumerated() {
        for column in 0..<3 where bits & (4 >> UInt8(column)) != 0 {
          for dot in 0..<size * size {
            let px = x + (index * 4 + column) * size + dot % size
            let py = y + row * size + dot / size
            guard px < image.width, py < image.height else { continue }
            for channel in 0..<3 { image.pixels[(py * image.width + px) * 3 + channel] = 40 }
          }
        }
      }
    }
  }
}
