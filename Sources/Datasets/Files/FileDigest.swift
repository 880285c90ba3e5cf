import Support

/// The SHA-256 of a file's bytes: files that have the same one have the same bytes.
struct FileDigest: Hashable, Sendable {
  /// Bytes of a digest.
  static let size = 32

  private let words: SIMD4<UInt64>

  init(of bytes: [UInt8]) {
    self.init(SHA256.digest(bytes)[...])
  }

  /// A digest that is known already, of ``size`` bytes.
  init(_ digest: some Collection<UInt8>) {
    var words = SIMD4<UInt64>()
    for (place, byte) in digest.prefix(Self.size).enumerated() {
      words[place / 8] |= UInt64(byte) << UInt64(place % 8 * 8)
    }
    self.words = words
  }

  /// The ``size`` bytes of the digest.
  var bytes: [UInt8] {
    (0..<Self.size).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
  }
}
