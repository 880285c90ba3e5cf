import Foundation

/// A file on its way to being written whole: it lies under a temporary name in its folder until it takes its own.
///
/// Whatever happens, the name holds either what it held before or everything that was written. Where this goes before
/// ``commit(keeping:)``, what was written goes with it.
package final class FileReplacement {
  package let file: URL
  private let temporary: URL
  private let waitsForDisk: Bool
  private var descriptor: Int32
  private var isNamed = false

  /// Opens the temporary file.
  ///
  /// - Parameters:
  ///   - makesFolder: whether missing folders are made; where they are not, a missing one is an error.
  ///   - waitsForDisk: whether ``commit(keeping:)`` returns only once all is on the disk. Where it does not wait, a loss of
  ///     power may leave something else under the name; nothing else may.
  /// - Throws: ``FileError`` with the file and the system's reason.
  package init(of file: URL, makesFolder: Bool = true, waitsForDisk: Bool = true) throws(FileError) {
    let folder = file.deletingLastPathComponent()
    if makesFolder { try AtomicFile.makeFolder(folder, waitsForDisk: waitsForDisk) }
    let temporary = folder.appendingPathComponent(AtomicFile.temporaryName(for: file), isDirectory: false)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.failure(file) }
    (self.file, self.temporary, self.waitsForDisk, self.descriptor) = (file, temporary, waitsForDisk, descriptor)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isNamed { unlink(temporary.path) }
  }

  /// Writes what comes next.
  package func write(_ bytes: some ContiguousBytes) throws(FileError) {
    let code = bytes.withUnsafeBytes { AtomicFile.writeAll($0, to: descriptor) }
    if let code { throw AtomicFile.failure(file, code) }
  }

  /// Sees to it that everything is written, and gives the file its name. Nothing can be written after that.
  ///
  /// - Parameter previous: a name in the same folder under which what the file held before is kept; nil to let it go.
  package func commit(keeping previous: URL? = nil) throws(FileError) {
    if waitsForDisk { guard fsync(descriptor) == 0 else { throw AtomicFile.failure(file) } }
    // A file system over a network says here what it could not write, where nobody waited.
    let isClosed = close(descriptor) == 0
    descriptor = -1
    guard isClosed else { throw AtomicFile.failure(file) }
    if let previous { AtomicFile.keep(file, as: previous) }
    guard rename(temporary.path, file.path) == 0 else { throw AtomicFile.failure(file) }
    isNamed = true
    if waitsForDisk { AtomicFile.syncFolder(file.deletingLastPathComponent()) }
  }
}
