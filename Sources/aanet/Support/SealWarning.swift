import Runs
import Support

/// Says aloud which records somebody changed, wherever figures are drawn from them.
enum SealWarning {
  /// Warns of finished runs whose small files are not what they were; each run once.
  static func give(_ records: [RunRecord?]) {
    var seen: Set<RunIdentity> = []
    for record in records.compactMap({ $0 }) where seen.insert(record.identity).inserted {
      guard !record.seal.changes.isEmpty else { continue }
      Console.complain("warning: \(sentence(record.identity, record.seal.changes))")
    }
  }

  /// `quickstart/table3, Lg, seed 1 was changed by hand: metrics.json`
  static func sentence(_ run: RunIdentity, _ changes: [SealChange]) -> String {
    let name = "\(Wording.printable(run.experiment)), \(Wording.printable(run.variant)), seed \(run.seed)"
    return "\(name) was changed by hand since it was measured: \(changes.map(\.description).joined(separator: ", "))"
      + "; `aanet runs remove` puts it away, and `aanet run` then measures it anew"
  }
}
