import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Pictures that a camera stored on their side: all eight orientations of EXIF, and EXIF that lies.
@Suite struct OrientationTests {
  private typealias Entry = PlainExif.Entry

  /// The four corners of the scene, row by row, where the stored picture's are A B over C D.
  private static let corners = [
    1: "ABCD", 2: "BADC", 3: "DCBA", 4: "CDAB", 5: "ACBD", 6: "CADB", 7: "DBCA", 8: "BDAC",
  ]

  /// Four flat quarters, A to D, wider than high.
  private static let quarters = {
    var image = Image(width: 64, height: 32)
    for y in 0..<32 {
      for x in 0..<64 {
        let quarter = (y / 16) * 2 + x / 32
        for channel in 0..<3 { image.pixels[(y * 64 + x) * 3 + channel] = UInt8(30 + quarter * 60) }
      }
    }
    return image
  }()

  /// The quarters of a decoded picture by their grey.
  private func quarters(of image: Image) -> String {
    let places = [(1, 1), (3, 1), (1, 3), (3, 3)].map { (image.width * $0 / 4, image.height * $1 / 4) }
    return String(
      places.map { x, y in
        let grey = Int(image.pixels[(y * image.width + x) * 3])
        return "ABCD".first { letter in
          let expected = 30 + Int(letter.asciiValue ?? 0) * 60 - 65 * 60
          return abs(grey - expected) < 12
        } ?? "?"
      })
  }

  private func jpeg(_ segments: [UInt8]...) throws -> [UInt8] {
    let bytes = try JPEG.encode(Self.quarters, quality: 95)
    return segments.reversed().reduce(bytes) { PlainExif.adding($1, to: $0) }
  }

  @Test(arguments: 1...8, [true, false])
  func everyOrientationStandsUpright(value: Int, isLittle: Bool) throws {
    let bytes = try jpeg(PlainExif.segment([Entry(value: UInt32(value))], isLittle: isLittle))
    let size = value < 5 ? [64, 32] : [32, 64]
    let (image, warnings) = try JPEG.decode(bytes)
    #expect(quarters(of: image) == Self.corners[value] && warnings == 0)
    #expect([image.width, image.height] == size)
    let stated = try JPEG.size(of: bytes)
    #expect([stated.width, stated.height] == size)
    // Every pixel is the stored one, and only moved: turned back, the picture is the one that was stored.
    let stored = try JPEG.decode(jpeg()).image
    #expect(image.pixels.sorted() == stored.pixels.sorted())
    let back = [6: 8, 8: 6][value] ?? value
    #expect(try #require(ImageOrientation(rawValue: back)).upright(image) == stored)
    // Shrunk by libjpeg, it is turned too, and no smaller than was asked for.
    let shrunk = try JPEG.decode(bytes, minimum: (width: size[0] / 4, height: size[1] / 4)).image
    #expect([shrunk.width, shrunk.height] == size.map { $0 / 4 } && quarters(of: shrunk) == Self.corners[value])
  }

  @Test func whatIsShrunkKeepsTheLeastOfEachSide() throws {
    let bytes = try jpeg(PlainExif.segment([Entry(value: 6)]))
    let image = try JPEG.decode(bytes, minimum: (width: 4, height: 60)).image
    #expect(image.width == 32 && image.height == 64)
  }

  @Test func aPictureWithoutOrientationIsAsItWas() throws {
    let plain = try JPEG.decode(jpeg()).image
    for segment in [
      PlainExif.segment([Entry(value: 1)]), PlainExif.segment([Entry(tag: 0x0110, value: 6)]), PlainExif.segment([]),
      PlainExif.app1(Array("http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='6'/>".utf8)), PlainExif.app1([]),
    ] {
      #expect(try JPEG.decode(jpeg(segment)).image == plain)
    }
  }

  @Test func ofSeveralSegmentsTheFirstWithExifCounts() throws {
    let other = PlainExif.app1(Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8))
    let six = PlainExif.segment([Entry(tag: 0x0110, value: 1), Entry(value: 6)])
    #expect(try quarters(of: JPEG.decode(jpeg(other, six)).image) == "CADB")
    #expect(try quarters(of: JPEG.decode(jpeg(six, PlainExif.segment([Entry(value: 3)]))).image) == "CADB")
    let none = PlainExif.segment([Entry(tag: 0x0110, value: 1)])
    #expect(try quarters(of: JPEG.decode(jpeg(none, six)).image) == "ABCD")
    // What libjpeg passes over between segments is passed over here.
    var bytes = try jpeg(six)
    bytes.insert(contentsOf: [0x12, 0x34, 0xFF, 0xFF], at: 2)
    #expect(try quarters(of: JPEG.decode(bytes).image) == "CADB")
    // Behind the image's data nothing counts.
    #expect(try quarters(of: JPEG.decode(jpeg() + six).image) == "ABCD")
  }

  @Test func whatHasNoMeaningLeavesThePictureAsItLies() throws {
    var cases = [0, 9, 255, 65_535].map { PlainExif.segment([Entry(value: $0)]) }
    for isLittle in [true, false] {
      cases += [
        PlainExif.segment([Entry(type: 4, value: 6)], isLittle: isLittle),
        PlainExif.segment([Entry(type: 1, value: 6)], isLittle: isLittle),
        PlainExif.segment([Entry(count: 2, value: 6)], isLittle: isLittle),
        PlainExif.segment([Entry(count: .max, value: 6)], isLittle: isLittle),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, magic: 43),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, directory: .max),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, directory: 1 << 31),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, directory: 7),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, directory: 0),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, stated: 0),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, stated: 3),
        PlainExif.segment([Entry(value: 6)], isLittle: isLittle, stated: 65_535),
      ]
    }
    cases.append(PlainExif.app1(Array("Exif\0\0XX*\0\u{8}\0\0\0".utf8)))
    for segment in cases {
      let image = try JPEG.decode(jpeg(segment)).image
      #expect(quarters(of: image) == "ABCD" && image.width == 64, "\(segment)")
    }
  }

  @Test func exifThatEndsTooEarlyIsSurvived() throws {
    let whole = PlainExif.segment([Entry(value: 6)]).dropFirst(4)
    for count in 0..<whole.count - 4 {
      let image = try JPEG.decode(jpeg(PlainExif.app1(Array(whole.prefix(count))))).image
      #expect(quarters(of: image) == "ABCD", "\(count) bytes")
    }
    // The whole file ends within the segment, or the segment is longer than the file.
    let bytes = try jpeg(PlainExif.segment([Entry(value: 6)]))
    for count in 0..<60 { #expect(throws: PlainError.self) { try JPEG.decode(Array(bytes.prefix(count))) } }
    #expect(ImageOrientation(ofJPEG: [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF] + whole) == .topLeft)
    #expect(ImageOrientation(ofJPEG: [0xFF, 0xD8, 0xFF, 0xE1, 0, 1] + whole) == .topLeft)
    #expect(ImageOrientation(ofJPEG: []) == .topLeft && ImageOrientation(ofJPEG: [0xFF, 0xD8, 0xFF]) == .topLeft)
  }

  @Test func anyDamageIsSurvived() throws {
    for isLittle in [true, false] {
      let entries = [Entry(tag: 0x0110, value: 1), Entry(value: 8), Entry(tag: 0x8769, type: 4, value: 8)]
      let sound = try jpeg(PlainExif.segment(entries, isLittle: isLittle))
      for bytes in Mutations(of: Array(sound.prefix(90)), count: 4000, name: "exif-\(isLittle)") {
        let damaged = bytes + sound.dropFirst(90)
        if let (image, _) = try? JPEG.decode(damaged), let size = try? JPEG.size(of: damaged) {
          #expect(image.width == size.width && image.height == size.height)
        }
      }
    }
  }

  /// A set of turned pictures is loaded, listed and verified as the upright one.
  @Test func loadersAndVerificationSeeItUpright() throws {
    let folder = try TemporaryFolder()
    let upright = Pictures.slope(width: 160, height: 320, seed: 3)
    let lying = try #require(ImageOrientation(rawValue: 8)).upright(upright)
    let names = ["bounding_box_train/0001_c1s1_000001_01.jpg", "bounding_box_train/0002_c1s1_000001_01.jpg"]
    let others = ["query/0003_c1s1_000001_00.jpg", "bounding_box_test/0003_c2s1_000001_01.jpg"]
    try folder.write(JPEG.encode(upright, quality: 95), to: names[0])
    // Of other qualities, so that no two files are the same.
    for (place, name) in (names[1...] + others).enumerated() {
      let bytes = try JPEG.encode(lying, quality: 95 - place)
      try folder.write(PlainExif.adding(PlainExif.segment([Entry(value: 6)]), to: bytes), to: name)
    }
    let dataset = try Dataset(
      DatasetEntry(name: "turned", root: folder.url.path, layout: .market1501, attributes: nil), root: folder.url)
    let loader = try BatchLoader(
      images: dataset.train, size: ImageSize(height: 64, width: 32), batches: BatchLoader.inOrder(2, batch: 2))
    let batch = try #require(try loader.next())
    let half = batch.size.count
    batch.withPixels { pixels in
      let worst = (0..<half).map { abs(pixels[$0] - pixels[half + $0]) }.max() ?? .infinity
      #expect(worst < 0.15, "\(worst)")
    }
    try DatasetContents(of: dataset, threads: 2).requireReadableImages(of: dataset)
    let result = DatasetVerification(dataset, origin: DatasetOrigin(), threads: 2)
    #expect(
      result.isSound && result.splits.allSatisfy { $0.sizes.map(\.width) == [160] && $0.sizes.map(\.height) == [320] })
  }
}
