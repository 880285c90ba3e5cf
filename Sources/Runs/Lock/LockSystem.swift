import Foundation

/// The kernel's locks on open files, of which there is one kind on Linux that a process can hold in several places,
/// that works over NFS, and that can be looked at without being taken.
package struct LockSystem: Sendable {
  /// What the kernel answers.
  package enum Answer: Hashable, Sendable {
    /// The lock was free.
    case granted
    /// Another open file has it.
    case held
    /// The file system keeps no locks.
    case unsupported
  }

  /// Takes the lock on an open file; does not wait.
  package var lock: @Sendable (_ descriptor: Int32) -> Answer
  /// Says whether it could be taken.
  package var test: @Sendable (_ descriptor: Int32) -> Answer

  /// Puts another system in the kernel's place, as a test does.
  package init(
    lock: @escaping @Sendable (Int32) -> Answer, test: @escaping @Sendable (Int32) -> Answer
  ) {
    self.lock = lock
    self.test = test
  }

  /// The running kernel's.
  package static let kernel = LockSystem(
    lock: { descriptor in
      var range = wholeFile
      return fcntl(descriptor, setLock, &range) == 0 ? .granted : answer(to: errno)
    },
    test: { descriptor in
      var range = wholeFile
      guard fcntl(descriptor, getLock, &range) == 0 else { return answer(to: errno) }
      return range.l_type == Int16(F_UNLCK) ? .granted : .held
    })

  /// `F_OFD_GETLK` and `F_OFD_SETLK` of Linux's `fcntl.h`, which Swift's view of it leaves out.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  private static var wholeFile: flock {
    var range = flock()
    range.l_type = Int16(F_WRLCK)
    range.l_whence = Int16(SEEK_SET)
    return range
  }

  /// Other errors than "taken" all say that no lock is to be had: `ENOLCK`, `EOPNOTSUPP`, `ENOSYS`, `EINVAL`.
  private static func answer(to error: Int32) -> Answer {
    error == EAGAIN || error == EACCES ? .held : .unsupported
  }
}
