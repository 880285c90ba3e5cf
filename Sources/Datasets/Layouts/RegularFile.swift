import Foundation

/// Reading whole files of bounded size; a folder, a pipe or a device under a file's name is refused, not waited for.
enum RegularFile {
  /// The size of a regular file in bytes, following links; nil where there is none.
  static func size(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The first bytes of a file, at most `count`.
  ///
  /// - Throws: ``DatasetError`` without the file's name where it cannot be read.
  static func start(of path: String, count: Int) throws(DatasetError) -> [UInt8] {
    try read(path) { size throws(DatasetError) in min(size, count) }
  }

  /// The bytes of a file.
  ///
  /// - Throws: ``DatasetError`` without the file's name where it cannot be read or is larger than `limit` bytes.
  static func bytes(of path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    try read(path) { size throws(DatasetError) in
      guard size <= limit else { throw DatasetError("is of \(size) bytes, more than the \(limit) that are accepted") }
      return size
    }
  }

  /// The first bytes of a file, as many as `wanted` says of its size.
  private static func read(
    _ path: String, _ wanted: (_ size: Int) throws(DatasetError) -> Int
  ) throws(DatasetError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw DatasetError("cannot be opened (\(String(cString: strerror(errno))))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError("is not a regular file")
    }
    let size = try wanted(Int(status.st_size))
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw DatasetError("cannot be read (\(String(cString: strerror(failure))))") }
    return bytes
  }
}
