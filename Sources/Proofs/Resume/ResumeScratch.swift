import Foundation
import Runs

/// The folder in which going on is proved, with everything that is written there. It is locked as long as its process lives,
/// so that the next one tells a folder whose process was itself killed from one that is in use, and removes it.
package final class ResumeScratch {
  /// The folder, empty but for its lock.
  package let folder: URL
  private let lock: RunLock

  private static let prefix = "aanet-verify-resume-"

  /// Makes a folder, and removes those that nobody works in any more.
  ///
  /// - Throws: what making it throws.
  package init(in parent: URL) throws {
    Self.sweep(parent)
    let folder = parent.appendingPathComponent("\(Self.prefix)\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    guard case .taken(let lock) = try RunLock.take(folder) else { throw CocoaError(.fileWriteUnknown) }
    (self.folder, self.lock) = (folder, lock)
  }

  /// Removes the folder.
  package func remove() {
    try? FileManager.default.removeItem(at: folder)
    lock.release()
  }

  private static func sweep(_ parent: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? [] where name.hasPrefix(prefix) {
      let folder = parent.appendingPathComponent(name, isDirectory: true)
      // One that has no lock yet is being made; what cannot be removed is somebody else's.
      let lock = folder.appendingPathComponent(RunStore.Note.lock.rawValue)
      guard FileManager.default.fileExists(atPath: lock.path), RunLock.holding(of: folder) == .free else { continue }
      try? FileManager.default.removeItem(at: folder)
    }
  }
}
