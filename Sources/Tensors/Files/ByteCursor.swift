import Foundation
import Support

/// Reads bytes one after the other and never past their end.
struct ByteCursor {
  private let data: Data
  /// The next byte's place, counted from the start of the data.
  private(set) var place: Int
  let end: Int

  /// Starts at `start`; reading ends at `end`, or at the end of the data where that comes first.
  init(_ data: Data, from start: Int = 0, to end: Int = .max) {
    self.data = data
    self.end = max(0, min(end, data.count))
    place = max(0, min(start, self.end))
  }

  var left: Int { end - place }

  /// The next bytes as a little-endian whole number.
  ///
  /// - Throws: ``PlainError`` where fewer bytes are left.
  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type
  ) throws(PlainError) -> Integer {
    let size = MemoryLayout<Integer>.size
    guard left >= size else { throw Self.ended }
    defer { place += size }
    return Integer(littleEndian: data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Integer.self) })
  }

  /// The next `count` bytes.
  ///
  /// - Throws: ``PlainError`` where fewer bytes are left.
  mutating func bytes(_ count: Int) throws(PlainError) -> Data {
    guard count >= 0, count <= left else { throw Self.ended }
    defer { place += count }
    return data.dropFirst(place).prefix(count)
  }

  /// The next `count` bytes as text.
  ///
  /// - Throws: ``PlainError`` where fewer bytes are left or they are not UTF-8.
  mutating func text(_ count: Int) throws(PlainError) -> String {
    guard let text = String(validating: try bytes(count), as: UTF8.self) else {
      throw PlainError("a name in it is not UTF-8")
    }
    return text
  }

  /// The text up to the next line feed, which is passed over.
  ///
  /// - Throws: ``PlainError`` where there is none within `limit` bytes or the text is not UTF-8.
  mutating func line(limit: Int) throws(PlainError) -> String {
    let window = data.dropFirst(place).prefix(min(limit, left))
    guard let lineFeed = window.firstIndex(of: UInt8(ascii: "\n")) else { throw Self.ended }
    let text = try text(lineFeed - window.startIndex)
    place += 1
    return text
  }

  /// Passes over bytes.
  ///
  /// - Throws: ``PlainError`` where fewer are left.
  mutating func skip(_ count: Int) throws(PlainError) {
    guard count >= 0, count <= left else { throw Self.ended }
    place += count
  }

  private static let ended = PlainError("it ends too early, or a length in it is wrong")
}
