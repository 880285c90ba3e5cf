import Foundation

/// A disk in memory of a few megabytes, to be filled up and made read-only by tests.
///
/// Mounting takes the right to mount, which root in a container may lack. It is unmounted when the last mention of it is
/// gone.
package final class SmallDisk {
  /// Where it is mounted.
  package let url: URL

  /// Mounts a disk of so many KiB in a folder of its own; nil where that is not allowed here.
  ///
  /// - Throws: where there is no room for the folder.
  package init?(kibibytes: Int) throws {
    url = try TemporaryFolder().url
    guard mount("none", url.path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { return nil }
  }

  /// Changes its size.
  package func resize(kibibytes: Int) -> Bool {
    mount("none", url.path, "tmpfs", UInt(MS_REMOUNT), "size=\(kibibytes)k") == 0
  }

  /// Lets nobody write to it, or everybody again.
  package func set(readOnly: Bool) -> Bool {
    mount("none", url.path, "tmpfs", UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0), nil) == 0
  }

  deinit { umount2(url.path, Int32(MNT_DETACH)) }
}
