import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing
import Trained

/// Pixels: PNG files, colours over images, putting pictures together.
@Suite struct PictureTests {
  private func noise(_ width: Int, _ height: Int) -> Image {
    var stream = RandomStream(seed: 5, name: "picture")
    return Image(
      width: width, height: height, pixels: (0..<width * height * 3).map { _ in UInt8(stream.int(below: 256)) })
  }

  @Test("a PNG file decodes to the pixels that it was made of")
  func roundTrip() throws {
    for (width, height) in [(1, 1), (7, 3), (64, 129)] {
      let image = noise(width, height)
      let read = try PNG.decode(try PNG.encode(image))
      #expect(read.width == width && read.height == height)
      let colours = stride(from: 0, to: read.pixels.count, by: 4).flatMap { read.pixels[$0..<$0 + 3] }
      #expect(Array(colours) == image.pixels)
      #expect(stride(from: 3, to: read.pixels.count, by: 4).allSatisfy { read.pixels[$0] == 255 })
    }
  }

  @Test("damaged PNG files are errors")
  func damaged() throws {
    let whole = try PNG.encode(noise(20, 20))
    for bytes in [Data(), Data("no image".utf8), whole.prefix(60), Data(whole.dropFirst(9))] {
      #expect(throws: PlainError.self) { try PNG.decode(bytes) }
    }
    // A header that claims 2³¹ − 1 rows: refused before memory is taken.
    var lie = whole
    lie.replaceSubrange(20..<24, with: [0x7F, 0xFF, 0xFF, 0xFF])
    #expect(throws: PlainError.self) { try PNG.decode(lie) }
  }

  /// A map of 2 × 2 over 4 × 4 pixels: centres at 1 and 3 of 4, so pixel centres lie at −0.25, 0.25, 0.75, 1.25.
  @Test("a map is enlarged bilinearly, its edge repeated")
  func bilinear() throws {
    let map = HeatMap(height: 2, width: 2, values: [0, 1, 2, 5])
    func row(_ y: Int) -> [Double] { (0..<4).map { map.value(x: $0, y: y, width: 4, height: 4) ?? .nan } }
    try Agreement.check("first row", row(0), [0, 0.25, 0.75, 1], within: 1e-6)
    // A quarter down: (0.5, 2) at the ends.
    try Agreement.check("second row", row(1), [0.5, 0.875, 1.625, 2], within: 1e-6)
    try Agreement.check("last row", row(3), [2, 2.75, 4.25, 5], within: 1e-6)
  }

  @Test("rows that a map does not cover stay grey and do not bleed into it")
  func uncovered() throws {
    let map = HeatMap(.init(predicted: 0, rows: 1..<2, width: 1, values: [3]), height: 3)
    #expect((0..<6).map { map.value(x: 0, y: $0, width: 2, height: 6) } == [nil, nil, 0, 0, nil, nil])
    let painted = map.painted(on: Image(width: 2, height: 6, red: 200, green: 0, blue: 0))
    func pixel(_ y: Int) -> [UInt8] { Array(painted.pixels[y * 6..<y * 6 + 3]) }
    // Luma 60 with the share of white, and with the share of the scale's first colour.
    let white = UInt8((60 * (1 - HeatMap.opacity) + 255 * HeatMap.opacity).rounded())
    #expect(pixel(0) == [white, white, white] && pixel(5) == pixel(0))
    #expect(pixel(2) == [68, 1, 84].map { UInt8((60 * (1 - HeatMap.opacity) + $0 * HeatMap.opacity).rounded()) })
  }

  @Test("pictures are pasted where they belong, and cut at the edges")
  func paste() {
    var ground = Image(width: 3, height: 2)
    ground.paste(Image(width: 2, height: 2, red: 9), x: 2, y: -1)
    #expect(ground.pixels == [0, 0, 0, 0, 0, 0, 9, 0, 0] + [UInt8](repeating: 0, count: 9))
    ground.paste(Image(width: 2, height: 1, red: 7), x: -1, y: 1)
    #expect(Array(ground.pixels[9...]) == [7, 0, 0, 0, 0, 0, 0, 0, 0])
    let before = ground
    for (x, y) in [(5, 0), (-9, 0), (0, 7), (0, -7)] { ground.paste(Image(width: 2, height: 2, red: 1), x: x, y: y) }
    #expect(ground == before)
  }

  @Test("a layer covers by its opacity")
  func cover() {
    var ground = Image(width: 3, height: 1, red: 100, green: 100, blue: 100)
    ground.cover(with: Layer(width: 3, height: 1, pixels: [200, 0, 0, 0, 200, 0, 100, 255, 200, 0, 100, 51]))
    #expect(ground.pixels == [100, 100, 100, 200, 0, 100, 120, 80, 100])
  }

  @Test("fitting keeps proportions and never leaves nothing")
  func fitted() {
    for (width, height, expected) in [
      (64, 128, (128, 256)), (50, 400, (32, 256)), (400, 50, (128, 16)), (9000, 1, (128, 1)),
    ] {
      let picture = Image(width: width, height: height).fitted(width: 128, height: 256)
      #expect((picture.width, picture.height) == expected)
    }
  }
}
