import Foundation

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
