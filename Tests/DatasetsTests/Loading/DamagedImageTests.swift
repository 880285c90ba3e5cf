import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct DamagedImageTests {
  let size = ImageSize(height: 16, width: 8)

  func whole() throws -> [UInt8] {
    try JPEG.encode(Pictures.noise(width: 32, height: 64, seed: 4), quality: 90)
  }

  /// Loads the bytes between two sound images, one image a batch.
  func loader(_ bytes: [UInt8], in folder: TemporaryFolder, threads: Int = 1) throws -> BatchLoader {
    var images = try Pictures.write(2, width: 8, height: 16, to: folder)
    let name = "it's \"0009\"\n`x`.jpg"
    let file = try folder.write(bytes, to: name)
    images.insert(LabelledImage(file: file, name: name, identity: 9, camera: 1), at: 1)
    return try BatchLoader(
      images: images, size: size, batches: BatchLoader.inOrder(3, batch: 1), threads: threads, ahead: 3)
  }

  func message(_ bytes: [UInt8]) throws -> String {
    var text = ""
    for threads in 1...3 {
      let loader = try loader(bytes, in: TemporaryFolder(), threads: threads)
      #expect(try loader.next()?.items == [LoadItem(index: 0)])
      let first = #expect(throws: PlainError.self) { try loader.next() }
      let again = #expect(throws: PlainError.self) { try loader.next() }
      #expect(first == again)
      text = try #require(first).description
      #expect(text.contains(#"/it's "0009"\u{a}`x`.jpg': "#))
      #expect(!text.contains("\n"))
    }
    return text
  }

  @Test func whatIsNoJPEGIsAnError() throws {
    #expect(try message([]).contains("not a JPEG image"))
    #expect(try message(Array("GIF89a and so on".utf8)).contains("not a JPEG image"))
    #expect(try message(Array(repeating: 0, count: 5000)).contains("not a JPEG image"))
    #expect(try message([0xff, 0xd8]).contains("not a JPEG image"))
    #expect(try message(Array(whole().prefix(100))).contains("not a JPEG image"))
  }

  @Test func aTruncatedImageIsRepairedAndReported() throws {
    let bytes = try whole()
    let folder = try TemporaryFolder()
    let loader = try loader(Array(bytes.prefix(bytes.count / 2)), in: folder)
    var count = 0
    while let batch = try loader.next() {
      #expect(batch.withPixels { !$0.contains { !$0.isFinite } })
      count += 1
      #expect(loader.warnings.count == (count > 1 ? 1 : 0))
    }
    #expect(count == 3)
    #expect(loader.warnings.count { $0.contains("0009") && !$0.contains("\n") } == 1)
  }

  @Test func aCachedRepairIsStillReported() throws {
    let folder = try TemporaryFolder()
    let bytes = try whole()
    let file = try folder.write(Array(bytes.prefix(bytes.count / 2)), to: "a.jpg")
    let image = LabelledImage(file: file, name: "a.jpg", identity: 1, camera: 1)
    let cache = DecodedCache()
    for _ in 0..<2 {
      let plan = [[LoadItem(index: 0), LoadItem(index: 0)], [LoadItem(index: 0)]]
      let loader = try BatchLoader(images: [image], size: size, batches: plan, cache: cache)
      while try loader.next() != nil {}
      #expect(loader.warnings.count == 1)
    }
  }

  @Test func anyPrefixAndAnyFlippedByteIsSurvived() throws {
    let bytes = try whole()
    let folder = try TemporaryFolder()
    var images: [LabelledImage] = []
    func add(_ bytes: [UInt8]) throws {
      let name = "\(images.count).jpg"
      images.append(
        LabelledImage(file: try folder.write(bytes, to: name), name: name, identity: 1, camera: 1))
    }
    for length in stride(from: 0, to: bytes.count, by: 41) { try add(Array(bytes.prefix(length))) }
    for place in stride(from: 0, to: min(bytes.count, 700), by: 3) {
      var changed = bytes
      changed[place] ^= 0x5a
      try add(changed)
    }
    var loaded = 0
    for index in images.indices {
      let loader = try BatchLoader(images: images, size: size, batches: [[LoadItem(index: index)]])
      if let batch = try? loader.next() {
        loaded += 1
        #expect(batch.withPixels { !$0.contains { !$0.isFinite } })
      }
    }
    #expect(loaded > 20 && loaded < images.count)
  }

  @Test func aHeaderThatClaimsTooMuchIsRefused() throws {
    var bytes = try whole()
    let frame = try #require(
      bytes.indices.dropLast(9).first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc0 }, "a baseline frame header")
    for place in 5...8 { bytes[frame + place] = 0xfe }  // 65,278 × 65,278 pixels: 12 GB
    #expect(try message(bytes).contains("65278 x 65278"))
  }

  /// A progressive image of grey pixels: a scan of the mean levels, then as many empty scans of detail as wanted, of some
  /// twenty bytes each.
  static func progressive(width: Int, height: Int, scans: Int) -> [UInt8] {
    func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
      [0xff, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 0xff)] + body
    }
    func high(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }
    let oneCode = [1] + [UInt8](repeating: 0, count: 15)
    var bytes: [UInt8] = [0xff, 0xd8]
    bytes += segment(0xdb, [0] + [UInt8](repeating: 1, count: 64))
    bytes += segment(0xc2, [8] + high(height) + high(width) + [1, 1, 0x11, 0])
    bytes += segment(0xc4, [0x00] + oneCode + [0x00])
    bytes += segment(0xc4, [0x10] + oneCode + [0xe0])
    bytes += segment(0xda, [1, 1, 0, 0, 0, 0]) + [UInt8](repeating: 0, count: width * height / 512 + 1)
    for _ in 0..<scans { bytes += segment(0xda, [1, 1, 0, 1, 63, 0]) + [0, 0, 0, 0] }
    return bytes + [0xff, 0xd9]
  }

  /// Twenty bytes a scan cost as much time as all pixels: a file of the size that is accepted would take half a day.
  @Test func scansWithoutEndAreRefused() throws {
    let (image, _) = try JPEG.decode(Self.progressive(width: 64, height: 64, scans: 20))
    #expect(image.width == 64 && Set(image.pixels) == [128])
    for (width, height, scans) in [(64, 64, 300), (4000, 4000, 100), (65_500, 64, 5000)] {
      let bytes = Self.progressive(width: width, height: height, scans: scans)
      let error = #expect(throws: PlainError.self) { try JPEG.decode(bytes) }
      #expect(error?.description.contains("scans of \(width) x \(height) pixels") == true)
      #expect(throws: PlainError.self) { try JPEG.decode(bytes, minimum: (width: 64, height: 128)) }
    }
  }

  @Test func theWidestImageIsShrunk() throws {
    let wide = try JPEG.encode(Image(width: 65_500, height: 2, red: 10, green: 200, blue: 30), quality: 90)
    let folder = try TemporaryFolder()
    let image = LabelledImage(
      file: try folder.write(wide, to: "wide.jpg"), name: "wide.jpg", identity: 1, camera: 1)
    let batch = try #require(
      try BatchLoader(images: [image], size: size, batches: [[LoadItem(index: 0)]]).next())
    #expect(batch.withPixels { $0.count == 16 * 8 * 3 && $0.allSatisfy(\.isFinite) })
    #expect(throws: PlainError.self) {
      try JPEG.encode(Image(width: 65_501, height: 1), quality: 90)
    }
  }

  @Test func fourInksAndGreyAreConverted() throws {
    let folder = try TemporaryFolder()
    for (name, colour) in [("cmyk", [200.0, 40, 90]), ("grey", [120, 120, 120])] {
      let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/\(name).jpg").standardized
      let image = LabelledImage(
        file: try folder.write(Array(Data(contentsOf: fixture)), to: "\(name).jpg"), name: name, identity: 1,
        camera: 1)
      let loader = try BatchLoader(images: [image], size: size, batches: [[LoadItem(index: 0)]])
      let batch = try #require(try loader.next())
      let centre = (8 * 8 + 4) * 3
      let mean = [0.485, 0.456, 0.406]
      let deviation = [0.229, 0.224, 0.225]
      for channel in 0..<3 {
        let level = (Double(batch.withPixels { $0[centre + channel] }) * deviation[channel] + mean[channel]) * 255
        #expect(abs(level - colour[channel]) < 6, "\(name), channel \(channel): \(level)")
      }
    }
  }

  @Test func whatIsNoRegularFileIsAnErrorAndNotWaitedFor() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.url.appendingPathComponent("pipe.jpg")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    let subfolder = folder.url.appendingPathComponent("folder.jpg")
    try FileManager.default.createDirectory(at: subfolder, withIntermediateDirectories: true)
    for file in [pipe, subfolder, folder.url.appendingPathComponent("missing.jpg")] {
      let image = LabelledImage(file: file, name: file.lastPathComponent, identity: 1, camera: 1)
      let loader = try BatchLoader(images: [image], size: size, batches: [[LoadItem(index: 0)]])
      let error = #expect(throws: PlainError.self) { try loader.next() }
      #expect(error?.description.contains(file.lastPathComponent) == true)
    }
  }
}
