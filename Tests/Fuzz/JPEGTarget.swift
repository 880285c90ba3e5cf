import Datasets
import Foundation
import TestSupport

/// JPEG images: header, decoding at full size and shrunk, and what a loader makes of them.
struct JPEGTarget: FuzzTarget {
  /// Images of more pixels are left to a test of their own: one such input takes as long as thousands of others.
  private static let largest = 1 << 20

  func feed(_ bytes: [UInt8]) {
    guard let size = try? JPEG.size(of: bytes), size.width * size.height <= Self.largest else { return }
    if let (image, _) = try? JPEG.decode(bytes) {
      precondition(image.width == size.width && image.height == size.height)
    }
    guard let (image, _) = try? JPEG.decode(bytes, minimum: (width: 16, height: 32)) else { return }
    precondition(image.width >= min(16, size.width) && image.height >= min(32, size.height))
    var resizer = ImageResizer(to: ImageSize(height: 16, width: 8))
    precondition(resizer.resize(image).count == 16 * 8 * 3)
  }

  func seeds() throws -> [String: [UInt8]] {
    var seeds = try Project.files(in: "Tests/DatasetsTests/Fixtures", ending: ".jpg")
    for (width, height) in [(8, 8), (17, 33), (1, 200)] {
      var image = Image(width: width, height: height)
      for place in image.pixels.indices { image.pixels[place] = UInt8(truncatingIfNeeded: place * place / 7) }
      let plain = try JPEG.encode(image, quality: 80)
      seeds["\(width)x\(height).jpg"] = plain
      for value in [3, 6] as [UInt32] {
        let exif = PlainExif.segment(
          [PlainExif.Entry(tag: 0x0110, value: 1), PlainExif.Entry(value: value)], isLittle: value == 3)
        seeds["\(width)x\(height)-turned-\(value).jpg"] = PlainExif.adding(exif, to: plain)
      }
    }
    return seeds
  }
}
