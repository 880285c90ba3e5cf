import Configuration
import Runs

extension RunSelection {
  /// The runs of a store that several names stand for, each once.
  ///
  /// - Throws: ``ReportError`` where a name stands for none, for several things, or for a run outside the store.
  public static func runs(named names: [String], in store: RunStore) throws(ReportError) -> [RunIdentity] {
    let known = RunNames(store.identities())
    var seen: Set<RunIdentity> = []
    var runs: [RunIdentity] = []
    for name in names {
      let selection = try RunSelection(name, in: store, names: known)
      guard selection.store.root.standardizedFileURL == store.root.standardizedFileURL else {
        throw ReportError("\(Wording.quoted(name)) lies outside \(store.root.path.onOneLine)")
      }
      runs += selection.runs.filter { seen.insert($0).inserted }
    }
    return runs
  }
}
