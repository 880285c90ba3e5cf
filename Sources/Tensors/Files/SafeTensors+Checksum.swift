import CZLib
import Foundation
import Support

/// Safetensors files that know whether they are whole: their metadata bears a CRC-32 over everything else in the file.
///
/// The checksum stands in the header as `"crc32":"89abcdef"`, beside `"checksum":"crc32"`, and is the CRC-32 (zlib's) of
/// the file with `00000000` in those eight places. So every reader of the format reads the file, one flipped bit shows
/// wherever it is, and a file without both words is one from before there were checksums.
extension SafeTensors {
  private static let kindKey = "checksum"
  private static let valueKey = "crc32"
  /// What stands before the digits. In a name or a text that is JSON itself, these quotes would be escaped.
  private static let opening = Array("\"\(valueKey)\":\"".utf8)
  private static let digits = 8
  private static let blank = [UInt8](repeating: UInt8(ascii: "0"), count: digits)

  /// The bytes of the file as ``pieces()`` gives them, with a checksum in the metadata.
  ///
  /// - Throws: what ``pieces()`` throws.
  package func checkedPieces() throws -> [[UInt8]] {
    var sealed = self
    sealed.metadata[Self.kindKey] = Self.valueKey
    sealed.metadata[Self.valueKey] = String(decoding: Self.blank, as: UTF8.self)
    var pieces = try sealed.pieces()
    guard let place = Self.checksumPlace(in: pieces[0][...]) else {
      preconditionFailure("the header that was just written bears its checksum")
    }
    let checksum = pieces.reduce(CyclicRedundancyCheck()) { $0.including($1) }
    pieces[0].replaceSubrange(place, with: Array(checksum.hexadecimal.utf8))
    return pieces
  }

  /// Reads a file, and sees to it that it is what ``checkedPieces()`` wrote.
  ///
  /// - Throws: ``PlainError`` where the file cannot be read, contradicts itself or its checksum. A file that bears
  ///   no checksum at all is read as it is.
  package init(checking url: URL) throws(PlainError) {
    try Self.check(url)
    try self.init(contentsOf: url)
  }

  /// Holds a file against the checksum that it bears; one that bears none passes.
  ///
  /// - Throws: ``PlainError`` where they differ, or the file is no safetensors file.
  package static func check(_ url: URL) throws(PlainError) {
    let data: Data
    do { data = try Data(contentsOf: url, options: .mappedIfSafe) } catch {
      throw PlainError("\(url.path): cannot be read (\(error.localizedDescription))")
    }
    do throws(PlainError) {
      // Truncated files and nonsense are told apart from flipped bits first: their reasons say more.
      let header = try SafeTensorsHeader(of: data)
      let place = checksumPlace(in: data.prefix(header.end))
      guard place != nil || header.metadata[kindKey] != nil || header.metadata[valueKey] != nil else { return }
      guard let place else { throw PlainError("its checksum cannot be read: the file is damaged") }
      let checksum = CyclicRedundancyCheck().including(data[..<place.lowerBound]).including(blank)
        .including(data[place.upperBound...])
      guard data[place].elementsEqual(checksum.hexadecimal.utf8) else {
        let stated = String(decoding: data[place], as: UTF8.self).quotedForMessage
        throw PlainError(
          "the file is damaged: its checksum says \(stated), its bytes give '\(checksum.hexadecimal)'")
      }
    } catch {
      throw PlainError("\(url.path): \(error.description)")
    }
  }

  /// The places of the checksum's digits in a file's header; nil where there is none.
  private static func checksumPlace<Bytes: RandomAccessCollection<UInt8>>(
    in header: Bytes
  ) -> Range<Int>? where Bytes.Index == Int {
    guard header.count >= opening.count + digits else { return nil }
    for start in header.startIndex...(header.endIndex - opening.count - digits)
    where header[start] == opening[0] && header[start..<start + opening.count].elementsEqual(opening) {
      return start + opening.count..<start + opening.count + digits
    }
    return nil
  }
}

/// CRC-32 as zlib reckons it, some 1 GB/s: it finds every burst of errors up to 32 bits, and misses one of 2³² others.
private struct CyclicRedundancyCheck {
  private var value: UInt = 0

  /// The checksum after these bytes too.
  func including(_ bytes: some ContiguousBytes) -> Self {
    var next = self
    next.value = bytes.withUnsafeBytes { bytes in
      // zlib takes a null pointer for the request of a fresh start.
      bytes.isEmpty ? value : crc32_z(value, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }
    return next
  }

  /// Eight hexadecimal digits.
  var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
