import Foundation
import Runs
import Support

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

  /// The folder of the run that a text names.
  ///
  /// - Throws: ``Failure`` where it names none or several.
  package static func folder(of text: String, in store: RunStore) throws(Failure) -> URL {
    let checkpoint = RunStore.File.checkpoint.rawValue
    let folder = URL(fileURLWithPath: text, isDirectory: true).standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.appendingPathComponent(checkpoint).path) { return folder }
    let runs = store.identities()
    let inside = runs.first { store.folder(for: $0).standardizedFileURL.path == folder.path }
    if let inside { try requireNetwork(of: inside, in: store) }
    let found = found(text, among: runs)
    if found.count == 1, let run = found.first {
      try requireNetwork(of: run, in: store)
      guard store.has(.checkpoint, of: run) else {
        throw Failure(description: "\(store.folder(for: run).path): the run has no \(checkpoint) yet")
      }
      return store.folder(for: run)
    }
    guard found.isEmpty else {
      let some = found.prefix(8).map { "\n  \(Wording.printable(fullName($0)))" }.joined()
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
    let nearest = Wording.nearest(to: text, in: runs.flatMap(forms)).map { "; did you mean \(Wording.quoted($0))?" }
    throw Failure(
      description: "there is no run \(Wording.quoted(text)) under \(store.root.path)"
        + (nearest ?? "; `aanet runs` lists them"))
  }

  /// Sees to it that a run is not made of others.
  private static func requireNetwork(of run: RunIdentity, in store: RunStore) throws(Failure) {
    guard let parts = try? store.combined(of: run), !parts.isEmpty else { return }
    throw Failure(
      description:
        "\(Wording.printable(fullName(run))) is the descriptors of several runs side by side and has no network "
        + "of its own; take one of them:" + parts.map { "\n  \(Wording.printable(fullName($0.run)))" }.joined())
  }

  /// Whole names go before the last parts of names, and both before digits of a hash: what a message tells a person to
  /// write is one run's.
  private static func found(_ text: String, among runs: [RunIdentity]) -> [RunIdentity] {
    let stages: [(RunIdentity) -> Bool] = [
      { forms($0).contains(text) }, { forms($0).contains { $0.hasSuffix("/\(text)") } },
      { text.count >= 4 && $0.hash.hasPrefix(text) },
    ]
    return stages.lazy.map { runs.filter($0) }.first { !$0.isEmpty } ?? []
  }

  /// How a run is called, from the shortest to the full name.
  private static func forms(_ run: RunIdentity) -> [String] {
    let variant = "\(run.experiment)/\(run.variant)"
    return [variant, "\(variant)/\(run.seed)", "\(variant)/seed-\(run.seed)", fullName(run)]
  }

  private static func fullName(_ run: RunIdentity) -> String {
    "\(run.experiment)/\(run.variant)/seed-\(run.seed)-\(run.hash)"
  }
}
