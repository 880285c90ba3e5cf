import Datasets
import Experiments
import Foundation
import Runs
import Support
import Tensors

/// A run as a person names it on the command line.
///
/// Its folder's path; experiment, variant and seed as far as they are unique (`table3/Lg/1`, `Lg/seed-1`, `Lg`); or the
/// first digits of its hash.
package enum RunReference {
  /// What keeps a name from being one run's.
  package struct Failure: Error, CustomStringConvertible {
    /// What is wrong and which runs there are.
    package let description: String
  }

  /// Opens the run that a text names, for a search: one with a network, or a row of several.
  ///
  /// - Throws: ``Failure`` where it names none or several; what opening it throws.
  package static func open(
    _ text: String, in project: Project, places: DatasetPlaces? = nil, threads: Int = Engine.availableThreads
  ) throws -> any RankedRun {
    let (folder, parts) = try find(text, in: project.store)
    guard !parts.isEmpty else { return try TrainedRun(folder, in: project, places: places, threads: threads) }
    return try CombinedRow(folder, of: parts, in: project, places: places, threads: threads)
  }

  /// The folder of the run that a text names, which has a network.
  ///
  /// - Throws: ``Failure`` where it names none or several, or a row of several runs.
  package static func folder(of text: String, in store: RunStore) throws(Failure) -> URL {
    let (folder, parts) = try find(text, in: store)
    guard !parts.isEmpty else { return folder }
    let name = Wording.printable(RunOnDisk.name(of: folder, under: store.root))
    throw Failure(
      description: "\(name) is the descriptors of several runs side by side and has no network of its own; take one of "
        + "them:" + parts.map { "\n  \(Wording.printable($0.run.fullName))" }.joined())
  }

  /// The folder of the run that a text names, and the runs that it is made of; none where it has a network.
  private static func find(_ text: String, in store: RunStore) throws(Failure) -> (folder: URL, parts: [CombinedRun]) {
    let folder = URL(fileURLWithPath: text, isDirectory: true).standardizedFileURL
    let checkpoint = RunStore.File.checkpoint.rawValue
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent(checkpoint).path) { return (folder, []) }
    let runs = store.identities()
    let inside = runs.first { store.folder(for: $0).standardizedFileURL.path == folder.path }
    let run = if let inside { inside } else { try only(text, among: runs, in: store) }
    do throws(FileError) {
      if let parts = try store.combined(of: run), !parts.isEmpty { return (store.folder(for: run), parts) }
    } catch {
      throw Failure(description: error.description)
    }
    guard store.has(.checkpoint, of: run) else {
      let folder = store.folder(for: run)
      throw Failure(
        description: RunStore.lack(ofDropped: .checkpoint, in: folder)
          ?? "\(folder.path): the run has no \(checkpoint) yet")
    }
    return (store.folder(for: run), [])
  }

  private static func only(
    _ text: String, among runs: [RunIdentity], in store: RunStore
  ) throws(Failure) -> RunIdentity {
    let found = RunIdentity.named(text, among: runs)
    if found.count == 1 { return found[0] }
    guard found.isEmpty else {
      let some = found.prefix(8).map { "\n  \(Wording.printable($0.fullName))" }.joined()
      throw Failure(
        description: "\(Wording.quoted(text)) names \(found.count) runs; take one of them:\(some)"
          + (found.count > 8 ? "\n  …" : ""))
    }
    guard !runs.isEmpty else {
      throw Failure(
        description:
          "there is no run \(Wording.quoted(text)): \(store.root.path) holds none; --project and --runs name "
          + "another place")
    }
    let nearest = Wording.nearest(to: text, in: runs.flatMap(\.names)).map { "; did you mean \(Wording.quoted($0))?" }
    throw Failure(
      description: "there is no run \(Wording.quoted(text)) under \(store.root.path)"
        + (nearest ?? "; `aanet runs` lists them"))
  }
}
