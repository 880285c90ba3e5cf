import Foundation

/// What is wrong, where, and what to do about it, in words: the error of all rooms whose callers only pass it on.
package struct PlainError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// The same with the path of the file that it is about in front, where it has none yet.
  package func naming(_ file: URL) -> PlainError {
    description.hasPrefix(file.path) ? self : PlainError("\(file.path): \(description)")
  }
}

/// What is wrong with a file, such as one of a run.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let file: URL
  /// The line, counted from 1, where the fault is one line's.
  package let line: Int?
  /// What is wrong and what to do.
  package let reason: String

  package init(_ file: URL, line: Int? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// `file:line: reason`.
  package var description: String { "\(file.path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}

/// What a person can do about an error of the file system.
package enum DiskFault {
  package enum Attempt {
    /// Looking into a file or a folder that is there.
    case reading
    /// Making or changing something.
    case writing
  }

  /// The system's own words for an error number, and where there is something to do about it, what.
  package static func words(_ code: Int32, on attempt: Attempt = .writing) -> String {
    let reason = String(cString: strerror(code))
    return advice(code, attempt).map { "\(reason); \($0)" } ?? reason
  }

  private static func advice(_ code: Int32, _ attempt: Attempt) -> String? {
    switch code {
    case EACCES where attempt == .reading, EPERM where attempt == .reading:
      "make it readable for you, and the folders that it lies in"
    case ENOSPC: "free some space on that disk and give the command again"
    case EDQUOT: "free some of your quota on that disk and give the command again"
    case EFBIG: "files may not grow to this size here (ulimit -f, or the disk's format)"
    case EROFS: "the disk is mounted for reading only; mount it for writing, or take a folder on another one"
    case EACCES, EPERM: "make its folder writable for you, or take another one"
    case EIO: "the disk is failing or was taken away"
    case ENOENT: "its folder is no longer there"
    case ENOTDIR, EEXIST: "a file stands where a folder is needed; move it out of the way"
    default: nil
    }
  }
}

/// What the system says where it refuses a file.
package enum SystemRefusal {
  /// The reason of an `errno` in the system's words, in brackets, and what to do where that is known.
  package static func reason(_ code: Int32) -> String {
    "(\(String(cString: strerror(code))))"
      + (code == EACCES ? "; make it, and the folders above it, readable for you" : "")
  }
}
