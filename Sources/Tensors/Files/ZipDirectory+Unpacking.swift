import CZLib
import Foundation

extension ZipDirectory {
  /// Unpacks a deflated stream (RFC 1951) of exactly `count` bytes; nil where it is damaged, shorter or longer.
  ///
  /// No more memory is taken than `count` bytes, whatever the stream would unpack to.
  static func inflated(_ packed: Data, to count: Int) -> Data? {
    var stream = z_stream()
    // A window of 2¹⁵ bytes; below 0: without zlib's own header, as zip archives have it.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    // One byte more, so that a stream that is too long is seen.
    var result = Data(count: count + 1)
    let isWhole = packed.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        Self.run(&stream, from: source, to: target) == count
      }
    }
    guard isWhole else { return nil }
    result.removeLast()
    return result
  }

  /// The most bytes that zlib is handed at a time: it counts in 32 bits.
  private static let slice = 1 << 30

  /// Unpacks until the stream's end.
  ///
  /// - Returns: how many bytes it gave; nil where it is damaged, cut off, or has no room.
  private static func run(
    _ stream: inout z_stream, from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var read = 0
    var written = 0
    while true {
      let given = min(slice, source.count - read)
      let room = min(slice, target.count - written)
      stream.next_in = UnsafeMutablePointer(
        mutating: source.baseAddress?.advanced(by: read).assumingMemoryBound(to: Bytef.self))
      stream.avail_in = uInt(given)
      stream.next_out = target.baseAddress?.advanced(by: written).assumingMemoryBound(to: Bytef.self)
      stream.avail_out = uInt(room)
      let status = inflate(&stream, Z_NO_FLUSH)
      let (got, gave) = (given - Int(stream.avail_in), room - Int(stream.avail_out))
      read += got
      written += gave
      if status == Z_STREAM_END { return written }
      guard status == Z_OK, got > 0 || gave > 0 else { return nil }
    }
  }

  /// The CRC-32 of bytes, as zip archives state it.
  static func checksum(of bytes: Data) -> UInt32 {
    bytes.withUnsafeBytes { raw in
      UInt32(truncatingIfNeeded: crc32_z(0, raw.baseAddress?.assumingMemoryBound(to: Bytef.self), raw.count))
    }
  }
}
