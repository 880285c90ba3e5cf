import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct LabelImageTests {
  static let (width, height) = (21, 13)

  static func numbers(below limit: Int) -> [UInt8] { (0..<width * height).map { UInt8($0 * $0 / 3 % limit) } }

  func png(
    _ limit: Int, _ kind: PlainPNG.Kind, depth: UInt8 = 8, _ change: (inout PlainPNG) -> Void = { _ in }
  ) -> [UInt8] {
    var png = PlainPNG(
      width: Self.width, height: Self.height, numbers: Self.numbers(below: limit), kind: kind, depth: depth)
    change(&png)
    return png.bytes
  }

  func message(_ bytes: [UInt8]) throws -> String {
    try #require(#expect(throws: PlainError.self) { try LabelImage(png: bytes) }).description
  }

  @Test("the numbers come back as they are stored", arguments: [false, true])
  func numbers(isInterlaced: Bool) throws {
    for (limit, kind, depth) in [
      (20, PlainPNG.Kind.grey, 8), (20, .palette, 8), (16, .palette, 4), (4, .palette, 2), (2, .palette, 1),
      (256, .grey, 8),
    ] as [(Int, PlainPNG.Kind, UInt8)] {
      let found = try LabelImage(png: png(limit, kind, depth: depth) { $0.isInterlaced = isInterlaced })
      #expect(found.width == Self.width && found.height == Self.height)
      #expect(found.classes == Self.numbers(below: limit), "\(kind) of \(depth) bits")
    }
  }

  @Test("colours mean nothing: equal ones, transparent ones, a gamma")
  func colours() throws {
    let equal = png(20, .palette) { $0.palette = [UInt8](repeating: 7, count: 60) }
    #expect(try LabelImage(png: equal).classes == Self.numbers(below: 20))
    let clear = png(20, .palette) {
      $0.palette = (0..<20).flatMap { [UInt8($0), 9, 9] }
      $0.chunks = [("tRNS", [0, 128, 255, 3])]
    }
    #expect(try LabelImage(png: clear).classes == Self.numbers(below: 20))
    for kind in [PlainPNG.Kind.grey, .palette] {
      let gamma = png(20, kind) {
        $0.palette = []
        if kind == .palette { $0.palette = (0..<20).flatMap { [UInt8($0), 0, 1] } }
        $0.chunks = [("gAMA", [0, 0, 0x50, 0])]
      }
      // What says how colours are meant stands before the palette.
      #expect((try? LabelImage(png: gamma).classes) ?? Self.numbers(below: 20) == Self.numbers(below: 20))
    }
  }

  @Test("of a film the first picture is taken")
  func film() throws {
    let film = png(20, .palette) { $0.chunks = [("acTL", [0, 0, 0, 2, 0, 0, 0, 0])] }
    #expect(try LabelImage(png: film).classes == Self.numbers(below: 20))
  }

  @Test func otherKindsAreRefused() throws {
    #expect(try message(png(20, .grey, depth: 16)).contains("it is 16-bit grey, not 8-bit grey or of a palette"))
    #expect(try message(png(4, .grey, depth: 2)).contains("it is 2-bit grey"))
    #expect(try message(png(20, .colour)).contains("it is a picture in colours, not"))
    #expect(try message(png(20, .colour, depth: 16)).contains("it is a picture in colours, not"))
    #expect(try message(png(20, .colourWithOpacity)).contains("in colours with opacity"))
    #expect(try message(png(20, .greyWithOpacity)).contains("grey with opacity"))
    let clear = png(20, .grey) { $0.chunks = [("tRNS", [0, 3])] }
    #expect(try message(clear).contains("grey with a transparent level"))
    #expect(try message([1, 2, 3]).contains("it is no whole PNG image"))
    #expect(try message([]).contains("it is empty"))
    #expect(try message(JPEG.encode(Image(width: 8, height: 8), quality: 80)).contains("it is a JPEG image, not a PNG"))
  }

  @Test func aHeaderThatClaimsTooMuchIsRefusedBeforeMemoryIsAskedFor() throws {
    var png = PlainPNG(width: 21, height: 13, numbers: Self.numbers(below: 20))
    let (width, height) = (png.width, png.height)
    func claiming(_ claimed: Int) -> [UInt8] {
      var bytes = png.bytes
      let header = PlainPNG.chunk(
        "IHDR",
        [claimed, claimed].flatMap { n in (0..<4).map { UInt8(truncatingIfNeeded: n >> (24 - 8 * $0)) } } + [
          8, 3, 0, 0, 0,
        ])
      bytes.replaceSubrange(8..<8 + header.count, with: header)
      return bytes
    }
    #expect(try message(claiming(65_535)).contains("65535 x 65535 pixels are more than"))
    #expect(try message(claiming(0x7FFF_FFFF)).contains("are more than"))
    #expect(try message(claiming(0)).contains("are more than"))
    #expect(try message(claiming(100)).contains("libpng"))
    png.numbers = []
    #expect(width == 21 && height == 13)
  }

  @Test("a wrong size is told before anything is decoded")
  func size() throws {
    let error = #expect(throws: PlainError.self) {
      try LabelImage(png: png(20, .palette)) { width, height in "\(width) by \(height)" }
    }
    #expect(error?.description == "21 by 13")
  }

  @Test("a damaged file is an error at every cut, and no crash in any damage")
  func damage() throws {
    let sound = png(20, .palette)
    for end in 0..<sound.count - 12 {
      #expect(throws: PlainError.self) { try LabelImage(png: Array(sound[..<end])) }
    }
    for bytes in Mutations(of: sound, words: ["IDAT", "PLTE", "tRNS"], count: 2000, name: "labels") {
      if let labels = try? LabelImage(png: bytes) { #expect(labels.classes.count == labels.width * labels.height) }
    }
  }
}
