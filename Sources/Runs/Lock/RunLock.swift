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
