import Foundation

/// What the file system says of a file without opening it. As long as all of it is the same, the bytes are.
///
/// Whoever writes other bytes and sets the time of writing back, as unpacking an archive does, cannot set the time of
/// change back: the system alone sets it. The number of the disk is no part of it, because it may be another after each
/// start of the machine.
package struct FileStamp: Hashable, Sendable {
  /// The number under which the file system knows the file.
  let inode: UInt64
  /// Bytes.
  let size: Int64
  /// When the bytes were last written, in nanoseconds since 1970.
  let modified: Int64
  /// When bytes, name or rights were last changed, in nanoseconds since 1970.
  let changed: Int64

  init(inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// The stamp of a regular file, following links; nil where there is none.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(
      inode: UInt64(status.st_ino), size: Int64(status.st_size), modified: Self.nanoseconds(status.st_mtim),
      changed: Self.nanoseconds(status.st_ctim))
  }

  /// Whether a file of this stamp was left alone for so long before it was read that whoever writes to it afterwards
  /// gives it another stamp. A time of writing in the future tells nothing, and the coarsest file systems count in
  /// twos of seconds.
  func isSettled(at moment: Int64) -> Bool {
    max(modified, changed) < moment - 2_000_000_000
  }

  /// The time of day, in nanoseconds since 1970.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
