import Foundation
import Support

/// The trash of a folder of runs, `runs/.trash/`: what was removed lies there, whole, until the trash is emptied.
///
/// Each removal is a folder named by its time, and in it a folder of runs like any other. Nothing that lists runs looks
/// into it: no run's name starts with a dot.
package struct RunTrash: Sendable {
  /// The runs that are removed from and restored to.
  package let store: RunStore
  package let folder: URL

  private static let noteName = "removal.json"

  /// What a removal's folder says of itself.
  private struct Note: Codable {
    var when: String
    var why: String
  }

  package init(of store: RunStore) {
    self.store = store
    folder = store.root.appendingPathComponent(".trash", isDirectory: true)
  }

  /// The runs of a removal, as a store of their own.
  package func store(of removal: String) -> RunStore {
    RunStore(root: folder.appendingPathComponent(removal, isDirectory: true))
  }

  // MARK: Putting away

  /// Moves runs to the trash: all of them, or none where a process is at work on one.
  ///
  /// - Parameter why: what to write down as the reason.
  /// - Throws: ``FileError`` that names a run at which a process is at work, or a folder that cannot be moved.
  package func remove(_ runs: [RunIdentity], why: String) throws(FileError) -> Removal {
    for run in runs {
      if case .held(let holder) = store.holding(of: run) { throw busy(run, holder) }
    }
    let name = try makeFolder(why: why)
    for run in runs { try move(run, from: store, to: store(of: name)) }
    return try removal(named: name) ?? Removal(name: name, when: "", why: why, runs: [])
  }

  /// Moves runs of a removal back to where they were.
  ///
  /// - Throws: ``FileError`` where a run of the same name was made meanwhile, before anything is moved, or a folder
  ///   cannot be moved.
  package func restore(_ runs: [RunIdentity], of removal: String) throws(FileError) {
    for run in runs where FileManager.default.fileExists(atPath: store.folder(for: run).path) {
      throw FileError(
        store.folder(for: run), "there is such a run again; remove it first to restore the one in the trash")
    }
    let trashed = store(of: removal)
    for run in runs { try move(run, from: trashed, to: store) }
    if trashed.identities().isEmpty { try? FileManager.default.removeItem(at: trashed.root) }
  }

  /// Removes all removals for good.
  ///
  /// - Returns: what there was.
  /// - Throws: ``FileError`` at the first that cannot be removed.
  package func empty() throws(FileError) -> [Removal] {
    let removals = try removals()
    for removal in removals {
      let folder = store(of: removal.name).root
      do { try FileManager.default.removeItem(at: folder) } catch {
        throw FileError(folder, "cannot be removed: \(error.localizedDescription)")
      }
    }
    rmdir(folder.path)
    return removals
  }

  // MARK: Looking

  /// What is in the trash, the last removal first.
  ///
  /// - Throws: ``FileError`` where a removal's own note is damaged.
  package func removals() throws(FileError) -> [Removal] {
    var found: [Removal] = []
    for name in names() { if let removal = try removal(named: name) { found.append(removal) } }
    return found
  }

  /// The removals' names, the last first.
  private func names() -> [String] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return entries.filter { $0.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d+)?/) != nil }.sorted(by: >)
  }

  private func removal(named name: String) throws(FileError) -> Removal? {
    let trashed = store(of: name)
    let file = trashed.root.appendingPathComponent(Self.noteName, isDirectory: false)
    let data = try AtomicFile.read(file, limit: 1 << 20)
    let note = data.flatMap { try? RunJSON.decoder().decode(Note.self, from: $0) }
    let runs = trashed.identities().map { run in
      Removal.Run(
        identity: run, bytes: Self.bytes(in: trashed.folder(for: run)), isFinished: trashed.isFinished(run))
    }
    // A note that is lost or damaged keeps nobody from getting the runs back.
    return Removal(name: name, when: note?.when ?? "unknown", why: note?.why ?? "unknown", runs: runs)
  }

  private static func bytes(in folder: URL) -> Int {
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    return files.reduce(0) { sum, file in
      var status = stat()
      let path = folder.appendingPathComponent(file).path
      return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? sum + status.st_size : sum
    }
  }

  // MARK: Moving

  /// Makes a removal's folder, under a name that no other has.
  private func makeFolder(why: String) throws(FileError) -> String {
    try AtomicFile.makeFolder(folder)
    let when = Moment.now.text
    let stem = when.replacing(":", with: "-")
    for number in 1...1000 {
      let name = number == 1 ? stem : "\(stem)-\(number)"
      let place = folder.appendingPathComponent(name, isDirectory: true)
      if mkdir(place.path, 0o755) == 0 {
        let note = place.appendingPathComponent(Self.noteName, isDirectory: false)
        guard let data = try? RunJSON.encoder(pretty: true).encode(Note(when: when, why: why)) else { return name }
        try AtomicFile.write(data, to: note)
        return name
      }
      guard errno == EEXIST else {
        throw FileError(place, "the folder cannot be made: \(String(cString: strerror(errno)))")
      }
    }
    throw FileError(folder, "holds a thousand removals of this second")
  }

  /// Moves a run's folder while holding its lock, and removes the folders that are empty without it.
  private func move(_ run: RunIdentity, from source: RunStore, to target: RunStore) throws(FileError) {
    let lock: RunLock
    switch try source.lock(run) {
    case .held(let holder): throw busy(run, holder)
    case .taken(let taken): lock = taken
    }
    defer { lock.release() }
    let (old, new) = (source.folder(for: run), target.folder(for: run))
    try AtomicFile.makeFolder(new.deletingLastPathComponent())
    guard rename(old.path, new.path) == 0 else {
      throw FileError(old, "cannot be moved to \(new.path): \(String(cString: strerror(errno)))")
    }
    lock.folder = new
    var parent = old.deletingLastPathComponent()
    while parent.path.hasPrefix(source.root.path + "/"), rmdir(parent.path) == 0 { parent.deleteLastPathComponent() }
  }

  private func busy(_ run: RunIdentity, _ holder: RunHolder?) -> FileError {
    FileError(
      store.folder(for: run),
      "\(holder.map { "\($0)" } ?? "another process") is at work on this run; stop it first (Ctrl-C saves the run)")
  }
}

/// Runs that were put away together: one call of `aanet runs remove`.
package struct Removal: Codable, Hashable, Sendable {
  /// Its name, the time at which it was made: `2026-11-22T19-45-00Z`.
  package var name: String
  /// When (ISO 8601).
  package var when: String
  /// Why: the command.
  package var why: String
  /// The runs that are still in the trash, with the size of their files.
  package var runs: [Run]

  /// A run in the trash.
  package struct Run: Codable, Hashable, Sendable {
    package var identity: RunIdentity
    package var bytes: Int
    package var isFinished: Bool

    enum CodingKeys: String, CodingKey {
      case identity, bytes
      case isFinished = "finished"
    }
  }

  package var bytes: Int { runs.reduce(0) { $0 + $1.bytes } }
}
