import CZLib
import Foundation
import Support

/// The files in a zip archive: stored as they are, as PyTorch writes them, or deflated, as whoever zips them anew does.
///
/// Only the directory at the archive's end says what is there; a file's own header must agree with it on the name.
/// Source: PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16 and 4.5.3 (zip64).
struct ZipDirectory {
  struct Entry {
    let name: String
    /// How the bytes lie in the archive.
    fileprivate let packing: Packing
    /// How many bytes the file has.
    fileprivate let size: UInt64
    /// How many of the archive's bytes it takes.
    fileprivate let packedSize: UInt64
    fileprivate let checksum: UInt32
    fileprivate let headerOffset: UInt64
  }

  fileprivate enum Packing: Equatable {
    case stored, deflated, encrypted
    /// By a method of that number.
    case other(UInt16)
  }

  let entries: [String: Entry]
  private let data: Data

  /// The most files that a directory may list.
  private static let maximumEntries = 1 << 18

  /// How an archive begins where its first file does.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  /// Reads an archive's directory.
  ///
  /// - Throws: ``PlainError`` where it is missing, damaged, split over several files or lists a name twice.
  init(_ data: Data) throws(PlainError) {
    self.data = data
    let (start, size, count) = try Self.directory(in: data)
    guard count <= Self.maximumEntries else { throw PlainError("its zip directory claims \(count) files") }
    guard start <= data.count, size <= data.count - Int(start) else {
      throw PlainError("its zip directory lies outside of the file")
    }
    var cursor = ByteCursor(data, from: Int(start), to: Int(start) + Int(size))
    var entries: [String: Entry] = [:]
    for _ in 0..<count {
      let entry = try Self.entry(&cursor)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw PlainError("its zip directory lists \(entry.name.quotedForMessage) twice")
      }
    }
    self.entries = entries
  }

  /// A file's bytes: the archive's own where they are stored, memory of their own where they are unpacked.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that the file can be meant to have.
  ///   - room: the bytes that may be unpacked, less what is unpacked here.
  /// - Throws: ``PlainError`` where there is no such file, it cannot be read, leaves the archive, or is larger.
  func bytes(of name: String, limit: Int, room: inout Int) throws(PlainError) -> Data {
    guard let entry = entries[name] else { throw PlainError("it holds no \(name.quotedForMessage)") }
    let place = try place(of: entry)
    let packed = data.dropFirst(place.lowerBound).prefix(place.count)
    switch entry.packing {
    case .stored: return packed
    case .encrypted:
      throw PlainError("\(name.quotedForMessage) in it is encrypted; PyTorch stores files as they are")
    case .other(let method):
      throw PlainError(
        "\(name.quotedForMessage) in it is compressed by method \(method), which is not read; save it anew with torch.save"
      )
    case .deflated:
      guard entry.size <= limit else {
        throw PlainError(
          "\(name.quotedForMessage) in it claims to unpack to \(entry.size) bytes, more than the \(limit) that are needed"
        )
      }
      guard entry.size <= room else {
        throw PlainError(
          "what is compressed in it claims to unpack to more than is read; save it anew with torch.save")
      }
      room -= Int(entry.size)
      guard let bytes = Self.inflated(packed, to: Int(entry.size)), Self.checksum(of: bytes) == entry.checksum else {
        throw PlainError("\(name.quotedForMessage) in it is damaged: it does not unpack to what the archive says")
      }
      return bytes
    }
  }

  /// The name of the first file, and where its bytes begin, told by its own header: all that an archive has of it that is
  /// cut off before its directory.
  static func firstFile(in data: Data) -> (name: String, start: Int)? {
    var cursor = ByteCursor(data, from: signature.count)
    do throws(PlainError) {
      try cursor.skip(22)
      let nameLength = Int(try cursor.integer(UInt16.self))
      let extraLength = Int(try cursor.integer(UInt16.self))
      let name = try cursor.text(nameLength)
      try cursor.skip(extraLength)
      return (name, cursor.place)
    } catch {
      return nil
    }
  }

  /// Where an entry's bytes lie in the archive.
  private func place(of entry: Entry) throws(PlainError) -> Range<Int> {
    let name = entry.name
    guard entry.headerOffset < data.count else {
      throw PlainError("\(name.quotedForMessage) lies outside of the file")
    }
    var cursor = ByteCursor(data, from: Int(entry.headerOffset))
    guard Array(try cursor.bytes(4)) == Self.signature else {
      throw PlainError("\(name.quotedForMessage) is not where the zip directory says")
    }
    try cursor.skip(22)
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    guard try cursor.bytes(nameLength).elementsEqual(name.utf8) else {
      throw PlainError("\(name.quotedForMessage) is not where the zip directory says")
    }
    try cursor.skip(extraLength)
    guard entry.packedSize <= cursor.left else { throw PlainError("\(name.quotedForMessage) is cut off") }
    return cursor.place..<cursor.place + Int(entry.packedSize)
  }

  private static func entry(_ cursor: inout ByteCursor) throws(PlainError) -> Entry {
    guard try cursor.integer(UInt32.self) == 0x0201_4B50 else {
      throw PlainError("its zip directory is damaged")
    }
    try cursor.skip(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.integer(UInt16.self)
    try cursor.skip(4)
    let checksum = try cursor.integer(UInt32.self)
    var packed = UInt64(try cursor.integer(UInt32.self))
    var size = UInt64(try cursor.integer(UInt32.self))
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    let commentLength = Int(try cursor.integer(UInt16.self))
    try cursor.skip(8)
    var offset = UInt64(try cursor.integer(UInt32.self))
    let name = try cursor.text(nameLength)
    var extra = ByteCursor(try cursor.bytes(extraLength))
    try cursor.skip(commentLength)
    // Zip64: what does not fit 32 bits stands in an extra field, in this order, each only where needed.
    while extra.left >= 4 {
      let kind = try extra.integer(UInt16.self)
      var field = ByteCursor(try extra.bytes(Int(try extra.integer(UInt16.self))))
      guard kind == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.integer(UInt64.self) }
      if packed == 0xFFFF_FFFF { packed = try field.integer(UInt64.self) }
      if offset == 0xFFFF_FFFF { offset = try field.integer(UInt64.self) }
    }
    let packing: Packing =
      flags & 1 != 0 ? .encrypted : method == 0 ? .stored : method == 8 ? .deflated : .other(method)
    guard packing != .stored || packed == size else {
      throw PlainError("\(name.quotedForMessage) in it has two sizes, \(size) and \(packed)")
    }
    return Entry(
      name: name, packing: packing, size: size, packedSize: packed, checksum: checksum, headerOffset: offset)
  }

  /// Finds the directory by the record at the archive's end, which only a comment may follow.
  private static func directory(in data: Data) throws(PlainError) -> (start: UInt64, size: UInt64, count: UInt64) {
    let recordSize = 22
    let missing = PlainError("it begins as a zip archive but has no directory: it is cut off or damaged")
    guard data.count >= recordSize else { throw missing }
    var place = data.count - recordSize
    let first = max(0, place - 0xFFFF)
    while true {
      var cursor = ByteCursor(data, from: place)
      if try cursor.integer(UInt32.self) == 0x0605_4B50 {
        var comment = ByteCursor(data, from: place + 20)
        if Int(try comment.integer(UInt16.self)) == comment.left { break }
      }
      guard place > first else { throw missing }
      place -= 1
    }
    var record = ByteCursor(data, from: place + 4)
    let disks = (try record.integer(UInt16.self), try record.integer(UInt16.self))
    try record.skip(2)
    var count = UInt64(try record.integer(UInt16.self))
    var size = UInt64(try record.integer(UInt32.self))
    var start = UInt64(try record.integer(UInt32.self))
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      if let large = try zip64Record(in: data, before: place) { (start, size, count) = large }
    } else if disks.0 != 0 || disks.1 != 0 {
      throw PlainError("it is one part of a zip archive in several files")
    }
    return (start, size, count)
  }

  /// The larger record that archives beyond 32 bits have, found through the locator in front of the small one.
  private static func zip64Record(
    in data: Data, before place: Int
  ) throws(PlainError) -> (start: UInt64, size: UInt64, count: UInt64)? {
    guard place >= 20 else { return nil }
    var locator = ByteCursor(data, from: place - 20)
    guard try locator.integer(UInt32.self) == 0x0706_4B50 else { return nil }
    try locator.skip(4)
    let offset = try locator.integer(UInt64.self)
    guard offset < place else { throw PlainError("its zip directory lies outside of the file") }
    var record = ByteCursor(data, from: Int(offset))
    guard try record.integer(UInt32.self) == 0x0606_4B50 else {
      throw PlainError("its zip directory is damaged")
    }
    try record.skip(28)
    let count = try record.integer(UInt64.self)
    let size = try record.integer(UInt64.self)
    return (try record.integer(UInt64.self), size, count)
  }
}

extension ZipDirectory {
  /// Unpacks a deflated stream (RFC 1951) of exactly `count` bytes; nil where it is damaged, shorter or longer.
  ///
  /// No more memory is taken than `count` bytes, whatever the stream would unpack to.
  static func inflated(_ packed: Data, to count: Int) -> Data? {
    var stream = z_stream()
    // A window of 2¹⁵ bytes; below 0: without zlib's own header, as zip archives have it.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    // One byte more, so that a stream that is too long is seen.
    var result = Data(count: count + 1)
    let isWhole = packed.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        Self.run(&stream, from: source, to: target) == count
      }
    }
    guard isWhole else { return nil }
    result.removeLast()
    return result
  }

  /// The most bytes that zlib is handed at a time: it counts in 32 bits.
  private static let slice = 1 << 30

  /// Unpacks until the stream's end.
  ///
  /// - Returns: how many bytes it gave; nil where it is damaged, cut off, or has no room.
  private static func run(
    _ stream: inout z_stream, from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var read = 0
    var written = 0
    while true {
      let given = min(slice, source.count - read)
      let room = min(slice, target.count - written)
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.advanced(by: read).assumingMemoryBound(to: Bytef.self))
      stream.avail_in = uInt(given)
      stream.next_out = target.baseAddress?.advanced(by: written).assumingMemoryBound(to: Bytef.self)
      stream.avail_out = uInt(room)
      let status = inflate(&stream, Z_NO_FLUSH)
      let (got, gave) = (given - Int(stream.avail_in), room - Int(stream.avail_out))
      read += got
      written += gave
      if status == Z_STREAM_END { return written }
      guard status == Z_OK, got > 0 || gave > 0 else { return nil }
    }
  }

  /// The CRC-32 of bytes, as zip archives state it.
  static func checksum(of bytes: Data) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      UInt32(truncatingIfNeeded: crc32_z(0, raw.baseAddress?.assumingMemoryBound(to: Bytef.self), raw.count))
    }
  }
}
