/// EXIF segments put together by hand, with what cameras write and with what they never do.
package enum PlainExif {
  /// One entry of a directory: a tag, a type (3 is a number of two bytes), how many values, and the four bytes of the value
  /// as a number.
  package struct Entry: Sendable {
    let tag, type: UInt16
    let count, value: UInt32

    /// Makes an entry; a value of two bytes stands in the first two of the four.
    package init(tag: UInt16 = 0x0112, type: UInt16 = 3, count: UInt32 = 1, value: UInt32) {
      self.tag = tag
      self.type = type
      self.count = count
      self.value = value
    }
  }

  /// The bytes of an APP1 segment with one directory.
  ///
  /// - Parameters:
  ///   - directory: where the directory is said to lie.
  ///   - stated: how many entries it is said to have.
  package static func segment(
    _ entries: [Entry], isLittle: Bool = true, magic: UInt16 = 42, directory: UInt32 = 8, stated: Int? = nil
  ) -> [UInt8] {
    func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: isLittle ? number.littleEndian : number.bigEndian) { Array($0) }
    }
    var tiff = Array((isLittle ? "II" : "MM").utf8) + bytes(magic) + bytes(directory)
    tiff += bytes(UInt16(truncatingIfNeeded: stated ?? entries.count))
    for entry in entries {
      tiff += bytes(entry.tag) + bytes(entry.type) + bytes(entry.count)
      tiff += entry.type == 3 ? bytes(UInt16(truncatingIfNeeded: entry.value)) + [0, 0] : bytes(entry.value)
    }
    // The next directory: this one again.
    return app1(Array("Exif\0\0".utf8) + tiff + bytes(directory))
  }

  /// A segment of the application marker that EXIF uses, whatever is in it.
  package static func app1(_ body: [UInt8]) -> [UInt8] {
    [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 0xFF)] + body
  }

  /// A JPEG file with segments put in behind its first marker.
  package static func adding(_ segments: [UInt8]..., to jpeg: [UInt8]) -> [UInt8] {
    Array(jpeg.prefix(2)) + segments.joined() + jpeg.dropFirst(2)
  }
}
