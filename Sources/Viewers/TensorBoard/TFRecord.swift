import Foundation

/// Records one behind the other, as TensorFlow and TensorBoard keep them: eight bytes of length, its checksum, the bytes,
/// their checksum; numbers with the lowest byte first. The checksum is CRC-32C, rotated and shifted so that a file of
/// checksums has others (tensorflow/core/lib/hash/crc32c.h).
package enum TFRecord {
  /// A record that is damaged with others behind it.
  package struct Damage: Error {
    /// Where it begins, in bytes.
    package let place: Int
  }

  /// A record with its frame.
  package static func framed(_ bytes: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(maskedChecksum(length[...])) + bytes + littleEndian(maskedChecksum(bytes[...]))
  }

  /// The records of a file, and where the last whole one ends. What follows that is the start of one that was never
  /// finished, or one whose bytes a loss of power took.
  ///
  /// - Throws: ``Damage`` at the first other record that is not as it was written.
  package static func read(_ file: [UInt8]) throws(Damage) -> (records: [ArraySlice<UInt8>], end: Int) {
    var records: [ArraySlice<UInt8>] = []
    var end = 0
    while end < file.count {
      let head = file[end..<min(end + 12, file.count)]
      guard head.count == 12 else { break }
      let length: UInt64 = number(head.prefix(8))
      guard maskedChecksum(head.prefix(8)) == number(head.dropFirst(8)) else {
        // A file that grew before its bytes were written ends in zeros.
        if file[end...].allSatisfy({ $0 == 0 }) { break }
        throw Damage(place: end)
      }
      guard length <= UInt64(file.count - end - 12), file.count - end - 12 - Int(length) >= 4 else { break }
      let body = end + 12..<end + 12 + Int(length)
      let tail: UInt32 = number(file[body.upperBound..<body.upperBound + 4])
      guard maskedChecksum(file[body]) == tail else {
        if body.upperBound + 4 == file.count { break }
        throw Damage(place: end)
      }
      records.append(file[body])
      end = body.upperBound + 4
    }
    return (records, end)
  }

  // MARK: Checksums

  static func maskedChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli), bit by bit in a table.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ value >> 1 : value >> 1 }
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private static func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
    bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }
}
