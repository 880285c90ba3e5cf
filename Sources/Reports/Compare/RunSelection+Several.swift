import Configuration
import Documents
import Foundation
import Runs
import Support

extension RunSelection {
  /// The runs of a store that several names stand for, each once.
  ///
  /// - Throws: ``ReportError`` where a name stands for none, for several things, or for a folder outside the store.
  package static func runs(named names: [String], in store: RunStore) throws(ReportError) -> [RunIdentity] {
    let known = RunNames(store.identities())
    var seen: Set<RunIdentity> = []
    var runs: [RunIdentity] = []
    for name in names {
      let selection = try RunSelection(name, in: store, names: known)
      // A path such as `..` is a folder of all runs for who only looks; here it would be too many.
      guard !known.candidates(for: name).isEmpty || isInside(name, store) else {
        throw ReportError("\(Wording.quoted(name)) is a folder outside \(store.root.path.onOneLine)")
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
