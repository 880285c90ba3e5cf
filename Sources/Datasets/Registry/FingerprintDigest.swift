import Foundation

/// A running FNV-1a hash of 64 bits over a list of values, each set apart from the next.
///
/// It tells one state of a folder from another; it is no defence against someone who wants a collision.
struct FingerprintDigest {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The hash as 16 hexadecimal digits.
  var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Adds a text and its end.
  mutating func add(_ text: String) {
    for byte in text.utf8 { mix(byte) }
    mix(0)
  }

  /// Adds a number.
  mutating func add(_ number: Int) {
    for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  /// Adds bytes and their count.
  mutating func add(bytes: [UInt8]) {
    add(bytes.count)
    for byte in bytes { mix(byte) }
  }

  private mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
}
