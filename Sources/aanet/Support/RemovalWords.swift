import Runs
import Support

/// How the trash speaks of runs.
enum RemovalWords {
  /// `quickstart/table3/Lg/seed-1-0123456789ab`, on one line.
  static func name(_ run: RunIdentity) -> String {
    Wording.printable("\(run.experiment)/\(run.variant)/seed-\(run.seed)-\(run.hash)")
  }

  /// A size in the largest unit that leaves a whole number: `28 MB`.
  static func size(_ bytes: Int) -> String {
    var size = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if size < 999.5 || unit == "GB" { return "\(size < 10 && unit != "B" ? size.fixed(1) : size.fixed(0)) \(unit)" }
      size /= 1000
    }
    return "\(bytes) B"
  }
}
