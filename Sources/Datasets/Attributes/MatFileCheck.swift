import CMatIO
import Configuration
import Foundation
import Support
import Tensors

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
    do throws(DatasetError) {
      try check(try RegularFile.bytes(of: url.path, limit: MatFile.maximumBytes))
    } catch {
      throw DatasetError("\(Wording.printable(url.path)): \(error.description)")
    }
  }

  /// - Throws: ``DatasetError`` without the file's name.
  static func check(_ bytes: [UInt8]) throws(DatasetError) {
    guard bytes.count >= 136, bytes.starts(with: Array("MATLAB 5.0 MAT-file".utf8)),
      Array(bytes[124..<128]) == [0x00, 0x01, 0x49, 0x4d]
    else { throw DatasetError("is \(otherKind(of: bytes))") }
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

  /// What bytes are that do not begin as a MATLAB 5 file of little-endian numbers, and what to do about it.
  private static func otherKind(of bytes: [UInt8]) -> String {
    let advice = "save it with MATLAB's or Octave's save -v7, or with scipy.io.savemat"
    func begins(_ text: String) -> Bool { bytes.starts(with: Array(text.utf8)) }
    if begins("MATLAB 7.3 MAT-file") { return "a MATLAB 7.3 file (HDF5); \(advice)" }
    if begins("MATLAB 5.0 MAT-file") {
      return bytes.count < 136
        ? "cut off: \(bytes.count) bytes, fewer than its header has"
        : "a MATLAB 5 file with a damaged or big-endian header; \(advice)"
    }
    if begins("# Created by Octave") || begins("Octave-1-") { return "a file in a format of Octave's own; \(advice)" }
    if let kind = FileKind(of: bytes) {
      return kind.name + (kind.advice.map { "; \($0)" } ?? "") + "; expected is a MATLAB 5 file"
    }
    return "no MATLAB 5 file; \(advice)"
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
