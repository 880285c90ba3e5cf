import Foundation

/// A file on its way to being written whole: it lies under a temporary name in its folder until it takes its own.
///
/// Whatever happens, the name holds either what it held before or everything that was written. Where this goes before
/// ``commit(keeping:)``, what was written goes with it.
package final class FileReplacement {
  package let file: URL
  private let temporary: URL
  private var descriptor: Int32

  /// Opens the temporary file.
  ///
  /// - Parameter makesFolder: whether missing folders are made; where they are not, a missing one is an error.
  /// - Throws: ``FileError`` with the file and the system's reason.
  package init(of file: URL, makesFolder: Bool = true) throws(FileError) {
    let folder = file.deletingLastPathComponent()
    if makesFolder { try AtomicFile.makeFolder(folder) }
    let temporary = folder.appendingPathComponent(AtomicFile.temporaryName(for: file), isDirectory: false)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.failure(file) }
    (self.file, self.temporary, self.descriptor) = (file, temporary, descriptor)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary.path)
  }

  /// Writes what comes next.
  package func write(_ bytes: some ContiguousBytes) throws(FileError) {
    let code = bytes.withUnsafeBytes { AtomicFile.writeAll($0, to: descriptor) }
    if let code { throw AtomicFile.failure(file, code) }
  }

  /// Sees to it that everything is on the disk, and gives the file its name. Nothing can be written after that.
  ///
  /// - Parameter previous: a name in the same folder under which what the file held before is kept; nil to let it go.
  package func commit(keeping previous: URL? = nil) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw AtomicFile.failure(file) }
    if let previous { AtomicFile.keep(file, as: previous) }
    guard rename(temporary.path, file.path) == 0 else { throw AtomicFile.failure(file) }
    close(descriptor)
    descriptor = -1
    AtomicFile.syncFolder(file.deletingLastPathComponent())
  }
}
