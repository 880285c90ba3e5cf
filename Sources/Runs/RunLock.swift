import Foundation
import Support

/// A run's folder, held by one process at a time.
///
/// The lock is the kernel's, on the open file `run.lock` (`fcntl(2)`, open file description locks): it ends with its
/// owner however that ends, `kill -9` and loss of power included. The file's content only says who the owner is. A lock
/// that is given back takes its file with it; one whose owner died leaves the file, which means nothing.
package final class RunLock {
  /// What came of asking for a lock.
  package enum Outcome {
    /// It is ours until ``RunLock/release()`` or the end of this process.
    case taken(RunLock)
    /// Another process has it; nil where that has not said who it is yet.
    case held(by: RunHolder?)
  }

  /// Whether a lock is held, as far as can be told without taking it.
  package enum Holding: Hashable, Sendable {
    /// Nobody holds it.
    case free
    /// A process holds it; nil where that has not said who it is yet.
    case held(by: RunHolder?)
    /// The file system keeps no locks.
    case unknown
  }

  /// Whether the kernel keeps others out. Some network file systems keep no locks; two processes may then train one
  /// run at once, which costs time and no results, since every file is written whole.
  package let isEnforced: Bool
  /// The run's folder, wherever it was moved to.
  package var folder: URL
  private var descriptor: Int32

  private init(folder: URL, descriptor: Int32, isEnforced: Bool) {
    self.folder = folder
    self.descriptor = descriptor
    self.isEnforced = isEnforced
  }

  deinit { release() }

  /// Takes the lock of a run's folder, which is made where it is missing. Does not wait.
  ///
  /// - Parameters:
  ///   - holder: what is written for others to read.
  ///   - system: asks the kernel; tests put another in its place.
  /// - Throws: ``FileError`` where the lock's file cannot be made.
  package static func take(
    _ folder: URL, as holder: RunHolder = .current(), through system: LockSystem = .kernel
  ) throws(FileError) -> Outcome {
    try AtomicFile.makeFolder(folder)
    let file = self.file(in: folder)
    // Between opening and locking, an owner may have given the lock back and removed the file.
    for _ in 0..<1000 {
      let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw FileError(file, "cannot be written: \(DiskFault.words(errno))") }
      let answer = system.lock(descriptor)
      if answer == .held {
        defer { close(descriptor) }
        return .held(by: self.holder(in: descriptor))
      }
      guard isStill(file, descriptor) else {
        close(descriptor)
        continue
      }
      write(holder, to: descriptor)
      return .taken(RunLock(folder: folder, descriptor: descriptor, isEnforced: answer == .granted))
    }
    throw FileError(file, "is removed as fast as it is made; another program is at work in the folder")
  }

  /// Whether a folder's lock is held. Takes nothing, so that it never keeps a run from starting, and does not wait.
  package static func holding(of folder: URL, through system: LockSystem = .kernel) -> Holding {
    let descriptor = open(file(in: folder).path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return .free }
    defer { close(descriptor) }
    switch system.test(descriptor) {
    case .granted: return .free
    case .held: return .held(by: holder(in: descriptor))
    case .unsupported: return .unknown
    }
  }

  /// Who held a folder's lock and died without giving it back, where nobody has it now; nil where it was given back.
  package static func lastHolder(in folder: URL) -> RunHolder? {
    let descriptor = open(file(in: folder).path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return holder(in: descriptor)
  }

  /// Gives the lock back.
  package func release() {
    guard descriptor >= 0 else { return }
    // Removed while it is still held: whoever opened it before finds that its name is gone, and makes another.
    let file = Self.file(in: folder)
    if Self.isStill(file, descriptor) { unlink(file.path) }
    close(descriptor)
    descriptor = -1
  }

  private static func file(in folder: URL) -> URL {
    folder.appendingPathComponent(RunStore.Note.lock.rawValue, isDirectory: false)
  }

  /// Whether a name still is the file that was opened under it.
  private static func isStill(_ file: URL, _ descriptor: Int32) -> Bool {
    var named = stat()
    var opened = stat()
    return lstat(file.path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
      && named.st_dev == opened.st_dev
  }

  /// What the owner says of itself, in one write, so that no reader finds half of it.
  private static func write(_ holder: RunHolder, to descriptor: Int32) {
    guard let data = try? RunJSON.encoder(pretty: true).encode(holder) + Data("\n".utf8) else { return }
    _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    ftruncate(descriptor, off_t(data.count))
  }

  private static func holder(in descriptor: Int32) -> RunHolder? {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return try? RunJSON.decoder().decode(RunHolder.self, from: Data(bytes.prefix(count)))
  }
}

extension RunStore {
  /// Takes a run's lock, so that no other process trains, removes or restores it. Does not wait.
  ///
  /// - Throws: ``FileError`` where the lock's file cannot be made.
  package func lock(_ run: RunIdentity) throws(FileError) -> RunLock.Outcome { try RunLock.take(folder(for: run)) }

  /// Whether a process is at work on a run; takes nothing and does not wait.
  package func holding(of run: RunIdentity) -> RunLock.Holding { RunLock.holding(of: folder(for: run)) }
}

/// Who holds a run's lock: the content of `run.lock`.
package struct RunHolder: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The process's number on its machine.
  package var process: Int32
  package var host: String
  /// The command, as it can be given to a shell again.
  package var command: String
  /// Since when (ISO 8601).
  package var since: String

  package init(process: Int32, host: String, command: String, since: String) {
    self.process = process
    self.host = host
    self.command = command
    self.since = since
  }

  /// This process, from now on.
  package static func current() -> RunHolder {
    let words = ProcessInfo.processInfo.arguments
    let program = words.first.map { URL(fileURLWithPath: $0).lastPathComponent }
    return RunHolder(
      process: getpid(), host: ProcessInfo.processInfo.hostName,
      command: ([program].compactMap { $0 } + words.dropFirst()).map(\.quotedForShell).joined(separator: " "),
      since: Moment.now.text)
  }

  /// `process 1234 on kingfisher (aanet run quickstart/table3, since 2026-11-22T19:45:00Z)`, on one line.
  package var description: String {
    "process \(process) on \(Self.line(host)) (\(Self.line(command)), since \(Self.line(since)))"
  }

  /// A text that another process wrote, on one line and of a bounded length.
  package static func line(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(300).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar("?")
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// The kernel's locks on open files, of which there is one kind on Linux that a process can hold in several places,
/// that works over NFS, and that can be looked at without being taken.
package struct LockSystem: Sendable {
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
