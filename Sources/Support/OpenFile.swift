import Foundation

/// A regular file that is read at any place, by several threads at once.
///
/// What is read is copied: unlike mapped memory, a file that is cut off meanwhile, or a failing disk, is an error.
package final class OpenFile: Sendable {
  /// The file, for messages; of one without a name its folder.
  package let url: URL
  private let descriptor: Int32

  /// Opens a file for reading.
  ///
  /// - Throws: ``PlainError`` with the file's path.
  package init(reading url: URL) throws(PlainError) {
    let descriptor = open(url.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw PlainError("\(url.path): it cannot be read \(SystemRefusal.reason(errno))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw PlainError("\(url.path): it is not a regular file")
    }
    (self.url, self.descriptor) = (url, descriptor)
  }

  /// Makes a file that has no name, so that it is gone with the process, however that ends.
  ///
  /// - Throws: ``FileError`` with the folder and the system's reason.
  package init(withoutNameIn folder: URL) throws(FileError) {
    let place = folder.appendingPathComponent(".aanet.\(UUID().uuidString)", isDirectory: false).path
    let descriptor = open(place, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw FileError(folder, "a temporary file cannot be made there: \(DiskFault.words(errno))")
    }
    unlink(place)
    (url, self.descriptor) = (folder, descriptor)
  }

  deinit { close(descriptor) }

  /// Writes at the end.
  package func append(_ bytes: some ContiguousBytes) throws(FileError) {
    let code = bytes.withUnsafeBytes { AtomicFile.writeAll($0, to: descriptor) }
    if let code { throw FileError(url, "a temporary file cannot be written there: \(DiskFault.words(code))") }
  }

  /// Fills memory with the bytes from `place` on.
  ///
  /// - Throws: ``PlainError`` with the file's path where it ends before, or the disk fails.
  package func read(at place: Int, into memory: UnsafeMutableRawBufferPointer) throws(PlainError) {
    var done = 0
    while done < memory.count {
      let count = pread(descriptor, memory.baseAddress.map { $0 + done }, memory.count - done, off_t(place + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw PlainError("\(url.path): it cannot be read: \(DiskFault.words(errno, on: .reading))")
      }
      guard count > 0 else {
        throw PlainError(
          "\(url.path): it is cut off: it has \(place + done) of at least \(place + memory.count) bytes; copy it again, or "
            + "have it made anew")
      }
      done += count
    }
  }
}
