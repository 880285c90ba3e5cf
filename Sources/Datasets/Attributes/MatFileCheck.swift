import CMatIO
import Configuration
import Foundation

/// Looks a MATLAB 5 file over before libmatio sees it, which trusts lengths and hangs on some damaged streams.
///
/// A file is a header of 128 bytes and elements, each a type, a length and so many bytes; an element may be compressed
/// (MathWorks, "MAT-File Format", Level 5). Every element is unpacked here, within bounds, and ``MatElementCheck``
/// walks what is in it.
enum MatFileCheck {
  /// The most bytes that the compressed elements of a file may hold together. The real files have some 130 kB.
  static let maximumUnpacked = 1 << 25

  /// - Throws: ``DatasetError`` where the file is absent, too large, cut off, damaged, or no MATLAB 5 file.
  static func check(_ url: URL) throws(DatasetError) {
    let path = Wording.printable(url.path)
    var status = stat()
    guard stat(url.path, &status) == 0 else { throw DatasetError("\(path): there is no such file") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DatasetError("\(path): is not a file") }
    guard status.st_size <= MatFile.maximumBytes else {
      throw DatasetError("\(path): \(status.st_size) bytes; an attribute file has at most \(MatFile.maximumBytes)")
    }
    let bytes: [UInt8]
    do { bytes = Array(try Data(contentsOf: url)) } catch {
      throw DatasetError("\(path): cannot be read (\(error.localizedDescription))")
    }
    do { try check(bytes) } catch { throw DatasetError("\(path): \(error.description)") }
  }

  /// - Throws: ``DatasetError`` without the file's name.
  static func check(_ bytes: [UInt8]) throws(DatasetError) {
    guard bytes.count >= 136, bytes.starts(with: Array("MATLAB 5.0 MAT-file".utf8)),
      Array(bytes[124..<128]) == [0x00, 0x01, 0x49, 0x4d]
    else { throw DatasetError("is no little-endian MATLAB 5 file") }
    var place = 128
    var room = maximumUnpacked
    while place < bytes.count {
      guard bytes.count - place >= 8 else {
        throw DatasetError("is cut off in its last \(bytes.count - place) bytes")
      }
      let kind = word(bytes, place)
      let length = Int(word(bytes, place + 4))
      guard kind == MatElementCheck.matrix || kind == MatElementCheck.compressed else {
        throw DatasetError("byte \(place) starts an element of the unknown type \(kind)")
      }
      guard length >= 8, length <= bytes.count - place - 8 else {
        throw DatasetError("is cut off: \(length) bytes should follow byte \(place + 8)")
      }
      let body = place + 8..<place + 8 + length
      if kind == MatElementCheck.compressed {
        let unpacked = try unpack(bytes[body], at: place, room: room)
        room -= unpacked.count
        try MatElementCheck(unpacked).checkVariable(place: "the compressed element at byte \(place)")
      } else {
        try MatElementCheck(Array(bytes[place..<body.upperBound])).checkVariable(place: "the element at byte \(place)")
      }
      place = body.upperBound
    }
  }

  /// Unpacks a zlib stream, which carries its own checksum.
  private static func unpack(_ bytes: ArraySlice<UInt8>, at place: Int, room: Int) throws(DatasetError) -> [UInt8] {
    var capacity = min(max(1 << 16, bytes.count * 8), room)
    while true {
      var result = [UInt8](repeating: 0, count: max(1, capacity))
      var count = uLongf(capacity)
      let status = bytes.withUnsafeBufferPointer { source in
        uncompress(&result, &count, source.baseAddress, uLong(source.count))
      }
      if status == Z_OK {
        result.removeLast(result.count - Int(count))
        return result
      }
      guard status == Z_BUF_ERROR else { throw DatasetError("the compressed element at byte \(place) is damaged") }
      guard capacity < room else {
        throw DatasetError(
          "the compressed element at byte \(place) is cut off or holds more than \(maximumUnpacked) bytes")
      }
      capacity = min(capacity * 4, room)
    }
  }

  /// A little-endian number of four bytes.
  static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}
