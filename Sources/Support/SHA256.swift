import Foundation

/// The digest of FIPS 180-4: names of runs, fingerprints of settings, seals of files.
///
/// Our own because the package that has one builds a whole cryptographic library for it, a minute on two cores.
/// It keeps no secret, so that it need not take equal time for all inputs.
package enum SHA256 {
  /// The digest as 64 hexadecimal digits.
  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String { hexadecimal(digest: digest(bytes)) }

  /// A digest's bytes as hexadecimal digits.
  package static func hexadecimal(digest: [UInt8]) -> String {
    digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// The 32 bytes of the digest.
  package static func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    bytes.withContiguousStorageIfAvailable { digest(of: UnsafeRawBufferPointer($0)) }
      ?? Array(bytes).withUnsafeBytes { digest(of: $0) }
  }

  /// The digest of bytes that lie side by side; they are read once and not copied.
  private static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var stream = Stream()
    stream.take(bytes)
    return stream.digest()
  }

  /// A digest of bytes that come in pieces.
  struct Stream {
    private var state = SHA256.initial
    private var schedule = [UInt32](repeating: 0, count: 64)
    /// What does not fill a block yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
      count += UInt64(bytes.count)
      var start = 0
      if !rest.isEmpty {
        start = min(64 - rest.count, bytes.count)
        rest.append(contentsOf: bytes[..<start])
        guard rest.count == 64 else { return }
        absorb(rest)
        rest.removeAll(keepingCapacity: true)
      }
      let whole = start + (bytes.count - start) / 64 * 64
      for block in stride(from: start, to: whole, by: 64) { SHA256.absorb(bytes, at: block, &schedule, &state) }
      rest.append(contentsOf: bytes[whole...])
    }

    private mutating func absorb(_ block: [UInt8]) {
      block.withUnsafeBytes { SHA256.absorb($0, at: 0, &schedule, &state) }
    }

    /// The digest of all that was taken in.
    func digest() -> [UInt8] {
      var (end, schedule, state) = (rest, schedule, state)
      end.append(0x80)
      while end.count % 64 != 56 { end.append(0) }
      end.append(contentsOf: SHA256.bigEndian(count * 8))
      end.withUnsafeBytes { end in
        for block in stride(from: 0, to: end.count, by: 64) { SHA256.absorb(end, at: block, &schedule, &state) }
      }
      return state.flatMap { SHA256.bigEndian($0) }
    }
  }

  /// Takes in one block of 64 bytes.
  private static func absorb(
    _ bytes: UnsafeRawBufferPointer, at start: Int, _ schedule: inout [UInt32], _ state: inout [UInt32]
  ) {
    for t in 0..<16 {
      schedule[t] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
    }
    for t in 16..<64 {
      let (before15, before2) = (schedule[t - 15], schedule[t - 2])
      let sigma0 = rotated(before15, 7) ^ rotated(before15, 18) ^ (before15 >> 3)
      let sigma1 = rotated(before2, 17) ^ rotated(before2, 19) ^ (before2 >> 10)
      schedule[t] = schedule[t - 16] &+ sigma0 &+ schedule[t - 7] &+ sigma1
    }
    compress(schedule, into: &state)
  }

  private static func compress(_ schedule: [UInt32], into state: inout [UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ constants[t] &+ schedule[t]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ sum0 &+ majority)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ value }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// The fractional parts of the square roots of the first 8 primes.
  private static let initial: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// The fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}

extension SHA256 {
  /// The digest of a file, read a piece at a time, and its size in bytes; nil where there is no such file.
  ///
  /// - Throws: ``FileError`` where it is no regular file or cannot be read.
  package static func hexadecimal(contentsOf file: URL) throws(FileError) -> (digest: String, bytes: Int)? {
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if [ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) { return nil }
      throw FileError(file, "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(file, "is no regular file")
    }
    var stream = Stream()
    var size = 0
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(file, "cannot be read: \(String(cString: strerror(errno)))") }
      guard count > 0 else { return (hexadecimal(digest: stream.digest()), size) }
      piece.withUnsafeBytes { stream.take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      size += count
    }
  }
}
