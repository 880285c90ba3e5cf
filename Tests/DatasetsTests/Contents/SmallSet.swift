import Datasets
import Foundation
import TestSupport

extension Dataset {
  /// The fingerprint of its files' bytes, all of them read.
  var fingerprint: String? { DatasetContents(of: self, threads: 1).fingerprint }
}

/// A dataset of a few small pictures, each unlike the others, to change files of.
struct SmallSet {
  let folder: TemporaryFolder

  /// Two images to learn from, a query and its match, by the names of Market-1501.
  static let names = [
    "bounding_box_train/0001_c1s1_000001_01.jpg", "bounding_box_train/0002_c2s1_000001_01.jpg",
    "query/0003_c1s1_000001_00.jpg", "bounding_box_test/0003_c2s1_000001_01.jpg",
  ]

  init() throws {
    folder = try TemporaryFolder()
    for (number, name) in Self.names.enumerated() { try write(picture: UInt8(number), to: name) }
  }

  /// A picture that no other number has, of the same number of bytes as every other.
  static func picture(_ number: UInt8) throws -> [UInt8] {
    let bytes = try JPEG.encode(Image(width: 16, height: 32, red: 16 * number, green: 80, blue: 70), quality: 90)
    let comment = [UInt8](repeating: 32, count: 1000 - bytes.count - 4)
    let length = comment.count + 2
    let marker: [UInt8] = [0xff, 0xfe, UInt8(length >> 8), UInt8(length & 0xff)]
    return Array(bytes[..<2]) + marker + comment + Array(bytes[2...])
  }

  func write(picture: UInt8, to name: String) throws { try folder.write(Self.picture(picture), to: name) }

  func place(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  func open() throws -> Dataset {
    try Dataset(
      DatasetEntry(name: "small", root: folder.url.path, layout: .market1501, attributes: nil), root: folder.url)
  }

  /// Reads the set a while later by the clock.
  ///
  /// - Returns: what was found, and whether any image was read for it.
  func contents(
    known: FileLedger = FileLedger(), later seconds: Int64 = 10
  ) throws -> (contents: DatasetContents, read: Bool) {
    var read = false
    let contents = DatasetContents(
      of: try open(), known: known, threads: 2, clock: { FileStamp.now + seconds * 1_000_000_000 }
    ) { _, _ in read = true }
    return (contents, read)
  }
}
