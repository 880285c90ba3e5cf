import Foundation

/// Looks a MATLAB 5 file over before libmatio sees it.
///
/// A file is a header of 128 bytes and elements, each a type, a length and so many bytes (MathWorks, "MAT-File
/// Format", Level 5).
enum MatFileCheck {
  /// - Throws: ``DatasetError`` where the file is absent, too large, cut off, or no MATLAB 5 file.
  static func check(_ url: URL) throws(DatasetError) {
    let path = url.path
    var status = stat()
    guard stat(path, &status) == 0 else { throw DatasetError("\(path): there is no such file") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DatasetError("\(path): is no file") }
    guard status.st_size <= MatFile.maximumBytes else {
      throw DatasetError("\(path): \(status.st_size) bytes; an attribute file has at most \(MatFile.maximumBytes)")
    }
    let bytes: [UInt8]
    do { bytes = Array(try Data(contentsOf: url)) } catch {
      throw DatasetError("\(path): cannot be read (\(error.localizedDescription))")
    }
    try check(bytes, path: path)
  }

  static func check(_ bytes: [UInt8], path: String) throws(DatasetError) {
    guard bytes.count >= 136, bytes.starts(with: Array("MATLAB 5.0 MAT-file".utf8)),
      Array(bytes[124..<128]) == [0x00, 0x01, 0x49, 0x4d]
    else { throw DatasetError("\(path): is no little-endian MATLAB 5 file") }
    var place = 128
    while place < bytes.count {
      guard bytes.count - place >= 8 else {
        throw DatasetError("\(path): is cut off in its last \(bytes.count - place) bytes")
      }
      let kind = word(bytes, place)
      let length = Int(word(bytes, place + 4))
      guard kind == 14 || kind == 15 else {
        throw DatasetError("\(path): byte \(place) starts an element of the unknown type \(kind)")
      }
      guard length >= 8, length <= bytes.count - place - 8 else {
        throw DatasetError("\(path): is cut off: \(length) bytes should follow byte \(place + 8)")
      }
      place += 8 + length
    }
  }

  static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}
