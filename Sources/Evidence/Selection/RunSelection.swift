import Documents
import Foundation
import Runs
import Support

/// Runs as a person names them for a comparison: one run, a variant with all its seeds, or an experiment with all its
/// variants.
///
/// The names are those of `aanet runs`, as far as they are unique: `quickstart/table3`, `table3/Lg`, `Lg/1`,
/// `Lg/seed-1-0123456789ab`, the first digits of a hash, or a folder under `runs/`. A run's folder may lie anywhere.
package struct RunSelection: Sendable {
  /// What a name stands for.
  package enum Kind: String, Codable, Sendable {
    case run
    /// A variant: all its seeds.
    case variant
    /// An experiment, or a folder of them: all their variants.
    case experiment
  }

  package let name: String
  package let kind: Kind
  package let store: RunStore
  /// The runs that are meant, at least one.
  package let runs: [RunIdentity]

  /// Finds the runs that a text names.
  ///
  /// - Throws: ``PlainError`` where it names none, with the nearest name, or several things, with their names.
  package init(_ text: String, in store: RunStore) throws(PlainError) {
    try self.init(text, in: store, names: RunNames(store.identities()))
  }

  /// Finds the runs that a text names, among those under `store`, so that several names cost one search of the disk.
  init(_ text: String, in store: RunStore, names: RunNames) throws(PlainError) {
    name = text
    let runs = names.runs
    let candidates = names.candidates(for: text)
    if let only = candidates.first, candidates.count == 1 {
      (self.store, kind, self.runs) = (store, only.kind, only.runs)
      return
    }
    guard candidates.isEmpty else {
      let some = candidates.prefix(8).map { "\n  \($0.kind.rawValue) \(Wording.printable($0.name))" }.joined()
      throw PlainError(
        "\(Wording.quoted(text)) names \(candidates.count) things; take one of them:\(some)"
          + (candidates.count > 8 ? "\n  …" : ""))
    }
    if let (store, kind, runs) = Self.folder(text, in: store, runs: runs) {
      (self.store, self.kind, self.runs) = (store, kind, runs)
      return
    }
    guard !runs.isEmpty else {
      throw PlainError(
        "there is no run \(Wording.quoted(text)): \(store.root.path.onOneLine) holds none; --project and --runs name "
          + "another place")
    }
    let nearest = Wording.nearest(to: text, in: names.all(like: text))
    throw PlainError(
      "there is no run, variant or experiment \(Wording.quoted(text)) under \(store.root.path.onOneLine)"
        + (nearest.map { "; did you mean \(Wording.quoted($0))?" } ?? "; `aanet runs` lists them"))
  }

  /// The runs in a folder: all below it where it lies under the store's, else the one whose folder it is.
  private static func folder(
    _ text: String, in store: RunStore, runs: [RunIdentity]
  ) -> (RunStore, Kind, [RunIdentity])? {
    var isFolder: ObjCBool = false
    let folder = URL(fileURLWithPath: text, isDirectory: true).standardizedFileURL
    guard !text.isEmpty, FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
    else { return nil }
    let inside = runs.filter { run in
      let path = store.folder(for: run).standardizedFileURL.path
      return path == folder.path || path.hasPrefix(folder.path + "/")
    }
    if let first = inside.first {
      let own = store.folder(for: first).standardizedFileURL
      let kind: Kind =
        own.path == folder.path ? .run : own.deletingLastPathComponent().path == folder.path ? .variant : .experiment
      return (store, kind, inside)
    }
    guard let match = folder.lastPathComponent.wholeMatch(of: /seed-(0|[1-9][0-9]*)-([0-9a-f]{8,64})/),
      let seed = Int(match.1)
    else { return nil }
    let variant = folder.deletingLastPathComponent()
    let experiment = variant.deletingLastPathComponent()
    guard let variantName = FolderName.name(of: variant.lastPathComponent),
      let experimentName = FolderName.name(of: experiment.lastPathComponent)
    else { return nil }
    let other = RunStore(root: experiment.deletingLastPathComponent())
    let run = RunIdentity(
      experiment: experimentName, variant: variantName, seed: seed, hash: String(match.2))
    return (other, .run, [run])
  }
}

extension RunSelection {
  /// The runs of a store that several names stand for, each once.
  ///
  /// - Parameter all: the runs that there are, where somebody knows of more than have a folder.
  /// - Throws: ``PlainError`` where a name stands for none, for several things, or for a folder outside the store.
  package static func runs(
    named names: [String], in store: RunStore, among all: [RunIdentity]? = nil
  ) throws(PlainError) -> [RunIdentity] {
    let known = RunNames(all ?? store.identities())
    var seen: Set<RunIdentity> = []
    var runs: [RunIdentity] = []
    for name in names {
      let selection = try RunSelection(name, in: store, names: known)
      // A path such as `..` is a folder of all runs for who only looks; here it would be too many.
      guard !known.candidates(for: name).isEmpty || isInside(name, store) else {
        throw PlainError("\(Wording.quoted(name)) is a folder outside \(store.root.path.onOneLine)")
      }
      runs += selection.runs.filter { seen.insert($0).inserted }
    }
    return runs
  }

  /// Whether a path lies below a store's folder.
  private static func isInside(_ path: String, _ store: RunStore) -> Bool {
    let folder = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
    return folder.path.hasPrefix(store.root.standardizedFileURL.path + "/")
  }
}

/// Everything that the runs of a folder can be called.
struct RunNames {
  /// A thing that a text may mean.
  struct Candidate {
    let kind: RunSelection.Kind
    let name: String
    var runs: [RunIdentity]
  }

  let runs: [RunIdentity]
  /// How each of them is called, from the experiment's name to its own whole name.
  private let forms: [[(kind: RunSelection.Kind, name: String)]]

  init(_ runs: [RunIdentity]) {
    self.runs = runs
    forms = runs.map { run in
      let variant = "\(run.experiment)/\(run.variant)"
      return [
        (.experiment, run.experiment), (.variant, variant), (.run, "\(variant)/\(run.seed)"),
        (.run, "\(variant)/seed-\(run.seed)"), (.run, "\(variant)/seed-\(run.seed)-\(run.hash)"),
      ]
    }
  }

  /// What a text may mean: whole names before the last parts of names, and both before digits of a hash.
  func candidates(for text: String) -> [Candidate] {
    guard !text.isEmpty else { return [] }
    let tail = "/" + text
    let stages: [(Int) -> [(kind: RunSelection.Kind, name: String)]] = [
      { place in forms[place].filter { $0.name == text } },
      { place in runs[place].experiment.hasPrefix(text + "/") ? [(.experiment, text)] : [] },
      { place in forms[place].filter { $0.name.hasSuffix(tail) } },
      { place in text.count >= 4 && runs[place].hash.hasPrefix(text) ? forms[place].suffix(1) : [] },
    ]
    for stage in stages {
      var found: [Candidate] = []
      var places: [String: Int] = [:]
      for (index, run) in runs.enumerated() {
        for (kind, name) in stage(index) {
          let key = "\(kind.rawValue) \(name)"
          if let place = places[key] {
            found[place].runs.append(run)
          } else {
            places[key] = found.count
            found.append(Candidate(kind: kind, name: name, runs: [run]))
          }
        }
      }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The names that a misspelt text could have been: each whole, and its last parts, as many as the text has.
  func all(like text: String) -> [String] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).count
    let names = forms.flatMap { $0.map(\.name) }
    let tails = names.map { $0.split(separator: "/").suffix(parts).joined(separator: "/") }
    return Array(Set(names + tails)).sorted()
  }
}
