import Datasets
import Foundation
import Tensors
import TestSupport

/// Pictures for tests, each different from the next.
enum Pictures {
  /// A picture of random pixels.
  static func noise(width: Int, height: Int, seed: UInt64) -> Image {
    var stream = RandomStream(seed: seed, name: "noise")
    return Image(
      width: width, height: height,
      pixels: (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: stream.next() >> 32) })
  }

  /// A picture of slow changes, which survives JPEG and shows which side is left.
  static func slope(width: Int, height: Int, seed: Int) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        pixels += [UInt8(x * 255 / width), UInt8(y * 255 / height), UInt8(seed * 37 % 256)]
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }

  /// Writes images of slopes and gives their list.
  static func write(_ count: Int, width: Int, height: Int, to folder: TemporaryFolder) throws -> [LabelledImage] {
    try (0..<count).map { number in
      let name = "\(String(format: "%04d", number + 1))_c1s1_000001_00.jpg"
      let file = try folder.write(
        JPEG.encode(slope(width: width, height: height, seed: number), quality: 92), to: name)
      return LabelledImage(file: file, name: name, identity: number + 1, camera: 1)
    }
  }
}
