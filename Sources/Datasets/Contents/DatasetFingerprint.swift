import Support

/// Gathers what decides a dataset's results, each value set apart from the next, into a fingerprint.
struct DatasetFingerprint {
  /// Hexadecimal digits of a fingerprint. Those of earlier versions had 16 and covered the sizes of images in place of
  /// their bytes.
  static let length = 32

  private var bytes = Array("aanet data 2\n".utf8)

  /// The fingerprint.
  var text: String { String(SHA256.hexadecimal(bytes).prefix(Self.length)) }

  /// Adds a text and its length.
  mutating func add(_ text: String) {
    add(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// Adds a number.
  mutating func add(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a file's digest, or that there is no such file.
  mutating func add(_ digest: FileDigest?) {
    add(digest == nil ? 0 : 1)
    if let digest { bytes.append(contentsOf: digest.bytes) }
  }
}
