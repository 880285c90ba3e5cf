import Foundation
import Support

/// Files as they are now, for what is queued: whatever is built or edited later does not reach them.
package struct FrozenFiles: Sendable {
  package let folder: URL

  package init(in folder: URL) { self.folder = folder }

  /// The copy of the program.
  package var program: URL { folder.appendingPathComponent("bin/aanet", isDirectory: false) }
  /// The copy of what the project defines: `experiments/`, `reports/` and `datasets.yaml`.
  package var definitions: URL { folder.appendingPathComponent("project", isDirectory: true) }

  /// Copies a program, those beside it that it starts on processors with more instructions (`aanet-v4`), and the bridge to
  /// MPI that it would open, where there is one.
  ///
  /// - Parameters:
  ///   - running: the program's file, or that of one beside it which it started.
  ///   - bridge: the bridge's file.
  package func copyProgram(_ running: URL = FrozenFiles.running, bridge: URL) throws(FileError) {
    let (folder, name) = (running.deletingLastPathComponent(), running.lastPathComponent)
    let others = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let plain = name.replacing(/-v\d+$/, with: "")
    let first = others.contains(plain) ? plain : name
    for other in Set(others + [name]).sorted() where other.hasPrefix(first) {
      let level = other.dropFirst(first.count)
      guard level.isEmpty || level.wholeMatch(of: /-v\d+/) != nil else { continue }
      try copy(
        folder.appendingPathComponent(other, isDirectory: false),
        to: URL(fileURLWithPath: program.path + level, isDirectory: false), mode: 0o755)
    }
    guard FileManager.default.fileExists(atPath: bridge.path) else { return }
    let place = program.deletingLastPathComponent().appendingPathComponent("libaanet_mpi.so", isDirectory: false)
    try copy(bridge, to: place, mode: 0o755)
  }

  /// The file of this process's program.
  package static var running: URL { URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath() }

  /// Copies files of a project to the same paths under ``definitions``.
  ///
  /// - Parameter paths: relative to the project's folder; those that are missing are passed over.
  package func copyDefinitions(_ paths: [String], of project: URL) throws {
    for path in paths {
      let file = project.appendingPathComponent(path, isDirectory: false)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try copy(file, to: definitions.appendingPathComponent(path, isDirectory: false), mode: 0o644)
    }
  }

  /// Copies the bytes: the owner of the original may be a colleague, and only root could give a file to them.
  private func copy(_ original: URL, to place: URL, mode: mode_t) throws(FileError) {
    let data: Data
    do { data = try Data(contentsOf: original, options: .alwaysMapped) } catch {
      throw FileError(original, "cannot be read: \(error.localizedDescription)")
    }
    try AtomicFile.write(data, to: place)
    guard chmod(place.path, mode) == 0 else { throw FileError(place, "cannot be written: \(DiskFault.words(errno))") }
  }
}
