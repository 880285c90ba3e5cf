import Foundation
import Support
import Tensors

/// Reading whole files of bounded size; a folder, a pipe or a device under a file's name is refused, not waited for.
package enum RegularFile {
  /// What lies under a path.
  package enum Standing: Equatable {
    case file
    case folder
    /// A pipe, a socket or a device.
    case other
    /// Nothing, or a link to nothing.
    case missing
    /// It cannot be told: why, and what to do.
    case unreachable(String)

    /// Why it is no folder that can be listed; nil where it is one.
    var faultOfFolder: String? {
      switch self {
      case .folder: nil
      case .file, .other: "is not a folder"
      case .missing: "there is no such folder"
      case .unreachable(let reason): "cannot be reached \(reason)"
      }
    }
  }

  /// What lies under a path, following links.
  package static func standing(of path: String) -> Standing {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return [ENOENT, ENOTDIR].contains(errno) ? .missing : .unreachable(SystemRefusal.reason(errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// The names in a folder.
  ///
  /// - Throws: ``PlainError`` without the folder's name where it is none or cannot be listed.
  package static func names(in folder: String) throws(PlainError) -> [String] {
    if let fault = standing(of: folder).faultOfFolder { throw PlainError(fault) }
    do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw PlainError("cannot be listed \(SystemRefusal.reason(access(folder, R_OK | X_OK) == 0 ? EIO : errno))")
    }
  }

  /// The bytes of a file.
  ///
  /// - Throws: ``PlainError`` without the file's name where it cannot be read or is larger than `limit` bytes.
  package static func bytes(of path: String, limit: Int) throws(PlainError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw PlainError("cannot be opened \(SystemRefusal.reason(errno))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PlainError("is not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw PlainError("is of \(size) bytes, more than the \(limit) that are accepted") }
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
    guard failure == 0 else { throw PlainError("cannot be read \(SystemRefusal.reason(failure))") }
    return bytes
  }
}
