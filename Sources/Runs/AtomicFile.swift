import Foundation

/// Writing a file whole or not at all.
public enum AtomicFile {
  /// Writes data under a temporary name in the same folder, sees to it that it is on the disk, and renames it.
  ///
  /// Whatever happens, the name holds either what it held before or all of `data`. Missing folders are made.
  ///
  /// - Throws: ``RunStoreError`` with the file and the system's reason.
  public static func write(_ data: Data, to file: URL) throws(RunStoreError) {
    try replace(file) { descriptor throws(RunStoreError) in
      try check(data.withUnsafeBytes { writeAll($0, to: descriptor) }, file)
    }
  }

  /// Writes pieces one after the other, like ``write(_:to:)-(Data,_)``, without bringing them together in memory.
  ///
  /// - Throws: ``RunStoreError`` with the file and the system's reason.
  public static func write(_ pieces: [[UInt8]], to file: URL) throws(RunStoreError) {
    try replace(file) { descriptor throws(RunStoreError) in
      for piece in pieces {
        try check(piece.withUnsafeBytes { writeAll($0, to: descriptor) }, file)
      }
    }
  }

  private static func replace(
    _ file: URL, _ fill: (_ descriptor: Int32) throws(RunStoreError) -> Void
  ) throws(RunStoreError) {
    let folder = file.deletingLastPathComponent()
    try makeFolder(folder)
    let temporary = folder.appendingPathComponent(".\(UUID().uuidString).tmp", isDirectory: false)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RunStoreError(file, "cannot be written: \(systemReason())") }
    do throws(RunStoreError) {
      defer { close(descriptor) }
      try fill(descriptor)
      guard fsync(descriptor) == 0 else { throw RunStoreError(file, "cannot be written: \(systemReason())") }
    } catch {
      unlink(temporary.path)
      throw error
    }
    guard rename(temporary.path, file.path) == 0 else {
      let reason = systemReason()
      unlink(temporary.path)
      throw RunStoreError(file, "cannot be written: \(reason)")
    }
    syncFolder(folder)
  }

  /// Adds data to a file's end and sees to it that it is on the disk.
  ///
  /// - Throws: ``RunStoreError`` with the file and the system's reason.
  static func append(_ data: Data, to file: URL) throws(RunStoreError) {
    try makeFolder(file.deletingLastPathComponent())
    let isNew = access(file.path, F_OK) != 0
    // A link under the file's name may lead anywhere; what is written whole takes a link's place instead.
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RunStoreError(file, "cannot be written: \(systemReason())") }
    defer { close(descriptor) }
    try check(data.withUnsafeBytes { writeAll($0, to: descriptor) }, file)
    guard fsync(descriptor) == 0 else { throw RunStoreError(file, "cannot be written: \(systemReason())") }
    if isNew { syncFolder(file.deletingLastPathComponent()) }
  }

  /// Reads a regular file of at most `limit` bytes; nil where there is none.
  ///
  /// - Throws: ``RunStoreError`` with the file and the reason.
  package static func read(_ file: URL, limit: Int) throws(RunStoreError) -> Data? {
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if [ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) { return nil }
      throw RunStoreError(file, "cannot be read: \(systemReason())")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw RunStoreError(file, "is no regular file")
    }
    guard status.st_size <= limit else {
      throw RunStoreError(file, "has \(status.st_size) bytes; at most \(limit) are read")
    }
    do { return try handle.read(upToCount: limit) ?? Data() } catch {
      throw RunStoreError(file, "cannot be read: \(error.localizedDescription)")
    }
  }

  private static func makeFolder(_ folder: URL) throws(RunStoreError) {
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw RunStoreError(folder, "the folder cannot be made: \(error.localizedDescription)")
    }
  }

  /// Writes all bytes; gives the system's reason where it could not.
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> String? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return systemReason() }
      rest = rest.dropFirst(written)
    }
    return nil
  }

  private static func check(_ reason: String?, _ file: URL) throws(RunStoreError) {
    if let reason { throw RunStoreError(file, "cannot be written: \(reason)") }
  }

  /// A rename is on the disk only once its folder is. Some file systems cannot do this; the file itself is safe.
  private static func syncFolder(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func systemReason() -> String { String(cString: strerror(errno)) }
}
