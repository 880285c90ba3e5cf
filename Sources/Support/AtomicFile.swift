import Foundation

/// Writing a file whole or not at all.
package enum AtomicFile {
  /// Writes data under a temporary name in the same folder, sees to it that it is on the disk, and renames it.
  ///
  /// Whatever happens, the name holds either what it held before or all of `data`.
  ///
  /// - Parameter makesFolder: whether missing folders are made; where they are not, a missing one is an error.
  /// - Throws: ``FileError`` with the file and the system's reason.
  package static func write(_ data: Data, to file: URL, makesFolder: Bool = true) throws(FileError) {
    try write([data], to: file, makesFolder: makesFolder)
  }

  /// Writes pieces one after the other, like ``write(_:to:)-(Data,_)``, without bringing them together in memory.
  ///
  /// - Parameters:
  ///   - previous: a name in the same folder under which what `file` held before is kept, in place of what that name
  ///     held; nil to let it go. At every moment one of the two names holds something whole.
  ///   - makesFolder: whether missing folders are made; where they are not, a missing one is an error.
  /// - Throws: ``FileError`` with the file and the system's reason.
  package static func write(
    _ pieces: [some ContiguousBytes], to file: URL, keeping previous: URL? = nil, makesFolder: Bool = true
  ) throws(FileError) {
    let replacement = try FileReplacement(of: file, makesFolder: makesFolder)
    for piece in pieces { try replacement.write(piece) }
    try replacement.commit(keeping: previous)
  }

  /// Gives a file that is about to be replaced a second name. Where the file system has no second names, it is renamed,
  /// and for a moment there is nothing under the first.
  static func keep(_ file: URL, as previous: URL) {
    guard access(file.path, F_OK) == 0 else { return }
    unlink(previous.path)
    if link(file.path, previous.path) != 0 { rename(file.path, previous.path) }
  }

  /// Writes data whole or not at all, unless the file holds just that: for many small files that can be made again. It does
  /// not wait for the disk; ``settle()`` does, once for all. Whoever gives the same call after a loss of power makes the
  /// file what it should be.
  ///
  /// - Returns: whether it was written.
  /// - Throws: ``FileError`` with the file and the system's reason.
  @discardableResult
  package static func renew(_ file: URL, with data: Data) throws(FileError) -> Bool {
    // What is there and larger is another file, and is replaced.
    if let known = try? read(file, limit: data.count), known == data { return false }
    let replacement = try FileReplacement(of: file, waitsForDisk: false)
    try replacement.write(data)
    try replacement.commit()
    return true
  }

  /// Waits until all that was written without waiting is on the disk.
  package static func settle() { sync() }

  /// Adds data to a file's end and sees to it that it is on the disk. Where that fails the file is cut back.
  ///
  /// - Parameter makesFolder: whether missing folders are made; where they are not, a missing one is an error.
  /// - Throws: ``FileError`` with the file and the system's reason.
  package static func append(_ data: Data, to file: URL, makesFolder: Bool = true) throws(FileError) {
    if makesFolder { try makeFolder(file.deletingLastPathComponent()) }
    let isNew = access(file.path, F_OK) != 0
    // A link under the file's name may lead anywhere; what is written whole takes a link's place instead.
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(file) }
    defer { close(descriptor) }
    let length = lseek(descriptor, 0, SEEK_END)
    do throws(FileError) {
      try check(data.withUnsafeBytes { writeAll($0, to: descriptor) }, file)
      guard fsync(descriptor) == 0 else { throw failure(file) }
    } catch {
      if length >= 0 { ftruncate(descriptor, length) }
      throw error
    }
    if isNew { syncFolder(file.deletingLastPathComponent()) }
  }

  /// Reads a regular file of at most `limit` bytes; nil where there is none.
  ///
  /// - Throws: ``FileError`` with the file and the reason.
  package static func read(_ file: URL, limit: Int) throws(FileError) -> Data? {
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      if [ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) { return nil }
      throw FileError(file, "cannot be read: \(DiskFault.words(errno, on: .reading))")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(file, "is no regular file")
    }
    guard status.st_size <= limit else {
      throw FileError(file, "has \(status.st_size) bytes; at most \(limit) are read")
    }
    do { return try handle.read(upToCount: limit) ?? Data() } catch {
      throw FileError(file, "cannot be read: \(error.localizedDescription)")
    }
  }

  /// Makes a folder and those on the way to it.
  ///
  /// - Parameter waitsForDisk: whether each is on the disk when this returns.
  package static func makeFolder(_ folder: URL, waitsForDisk: Bool = true) throws(FileError) {
    var status = stat()
    if stat(folder.path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(folder, "the folder cannot be made: \(DiskFault.words(ENOTDIR))")
      }
      return
    }
    let parent = folder.deletingLastPathComponent()
    if errno == ENOENT, parent.path != folder.path { try makeFolder(parent, waitsForDisk: waitsForDisk) }
    // Somebody else may have made it in the meantime.
    guard mkdir(folder.path, 0o777) == 0 || errno == EEXIST else {
      throw FileError(folder, "the folder cannot be made: \(DiskFault.words(errno))")
    }
    if waitsForDisk { syncFolder(parent) }
  }

  /// Writes all bytes; gives the system's error number where it could not.
  static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return errno }
      rest = rest.dropFirst(written)
    }
    return nil
  }

  private static func check(_ code: Int32?, _ file: URL) throws(FileError) {
    if let code { throw failure(file, code) }
  }

  static func failure(_ file: URL, _ code: Int32 = errno) -> FileError {
    FileError(file, "cannot be written: \(DiskFault.words(code))")
  }

  /// A rename is on the disk only once its folder is. Some file systems cannot do this; the file itself is safe.
  static func syncFolder(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFile {
  private static let ending = ".tmp"

  /// The name that a file bears while it is written: hidden, of its own, and saying of which file it is.
  static func temporaryName(for file: URL) -> String {
    // Cut, so that a name as long as the file system allows can be written too.
    let name = String(decoding: file.lastPathComponent.utf8.prefix(100), as: UTF8.self)
    return ".\(name).\(UUID().uuidString)\(ending)"
  }

  /// The file that a temporary name is for, as far as the name tells; nil where it is none that an ``AtomicFile`` takes.
  package static func target(ofTemporary name: String) -> String? {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return nil }
    let parts = name.dropFirst().dropLast(ending.count).split(separator: ".", omittingEmptySubsequences: false)
    guard let mark = parts.last, UUID(uuidString: String(mark)) != nil else { return nil }
    return parts.dropLast().joined(separator: ".")
  }

  /// Removes what a killed process left half-written in a folder, and counts it.
  ///
  /// Only for who knows that nobody else is writing there.
  @discardableResult
  package static func sweep(_ folder: URL) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.count { name in
      target(ofTemporary: name) != nil && unlink(folder.appendingPathComponent(name, isDirectory: false).path) == 0
    }
  }
}
