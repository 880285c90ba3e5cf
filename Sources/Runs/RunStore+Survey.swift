import Foundation
import Support

extension RunStore {
  /// What the disk knows of a run; nil where there is no folder of it.
  ///
  /// - Throws: ``FileError`` where a file of it is damaged.
  package func record(for run: RunIdentity) throws(FileError) -> RunRecord? {
    let folder = folder(for: run)
    guard isFolder(folder) else { return nil }
    return RunRecord(
      identity: run, folder: folder, epochs: try epochs(of: run), metrics: try metrics(of: run),
      provenance: try provenance(of: run), combined: try combined(of: run), seal: sealStatus(of: run))
  }

  /// Every run that can be read, sorted by experiment, variant and seed, and what is wrong with the others.
  package func survey() -> (records: [RunRecord], damage: [FileError]) {
    var records: [RunRecord] = []
    var damage: [FileError] = []
    let (runs, unreadable) = find()
    for run in runs {
      do { if let record = try record(for: run) { records.append(record) } } catch { damage.append(error) }
    }
    return (records, unreadable + damage)
  }

  /// The runs that have a folder, sorted by experiment, variant and seed.
  package func identities() -> [RunIdentity] { find().runs }

  /// The runs that have a folder, and the folders that cannot be looked into.
  private func find() -> (runs: [RunIdentity], unreadable: [FileError]) {
    var found: [RunIdentity] = []
    var unreadable: [FileError] = []
    visit(root, names: [], into: &found, &unreadable)
    found.sort { ($0.experiment, $0.variant, $0.seed, $0.hash) < ($1.experiment, $1.variant, $1.seed, $1.hash) }
    return (found, unreadable)
  }

  /// How deep experiments may lie in folders; a loop of links ends here.
  private static let maximumDepth = 12

  private func visit(
    _ folder: URL, names: [String], into found: inout [RunIdentity], _ unreadable: inout [FileError]
  ) {
    guard names.count <= Self.maximumDepth else { return }
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    if entries.isEmpty, access(folder.path, R_OK | X_OK) != 0, errno == EACCES {
      unreadable.append(FileError(folder, "cannot be looked into: \(DiskFault.words(EACCES, on: .reading))"))
    }
    for entry in entries.sorted() {
      let inner = folder.appendingPathComponent(entry, isDirectory: true)
      guard isFolder(inner) else { continue }
      if names.count >= 2, let (seed, hash) = Self.seedAndHash(of: entry) {
        let experiment = names.dropLast().joined(separator: "/")
        found.append(RunIdentity(experiment: experiment, variant: names[names.count - 1], seed: seed, hash: hash))
      } else if let name = FolderName.name(of: entry) {
        visit(inner, names: names + [name], into: &found, &unreadable)
      }
    }
  }

  /// The seed and hash of a folder's name, `seed-1-0123456789ab`.
  private static func seedAndHash(of component: String) -> (seed: Int, hash: String)? {
    guard let match = component.wholeMatch(of: /seed-(0|[1-9][0-9]*)-([0-9a-f]{8,64})/), let seed = Int(match.1)
    else { return nil }
    return (seed, String(match.2))
  }

  private func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
