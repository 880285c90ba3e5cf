import Foundation

/// What runs take: time on one machine, and room on the disk. Whatever foretells either says it by this.
package struct RunCost: Codable, Hashable, Sendable {
  package var runs: Int
  /// Training and evaluating; nil where no speed is known.
  package var seconds: Double?
  /// What they keep on the disk; nil where nobody asked.
  package var bytes: Int?

  package init(runs: Int, seconds: Double? = nil, bytes: Int? = nil) {
    (self.runs, self.seconds, self.bytes) = (runs, seconds, bytes)
  }

  /// What one more run takes, by the median of what finished runs of the same settings took, which one run on a loaded machine
  /// does not move; nil before one is finished.
  package static func measured(_ records: [RunRecord]) -> RunCost? {
    let seconds = records.compactMap {
      $0.metrics.map { $0.secondsTraining + $0.secondsEvaluating }
    }
    .filter(\.isFinite)
    return seconds.sorted().medianOfAscending.map { RunCost(runs: 1, seconds: $0) }
  }

  package var hours: Double? { seconds.map { $0 / 3600 } }

  /// Of so many runs like this one.
  package func times(_ count: Int) -> RunCost {
    RunCost(
      runs: runs * count, seconds: seconds.map { $0 * Double(count) },
      bytes: bytes.map { $0 * count })
  }

  /// Of both; what is unknown of one is unknown of both.
  package static func + (one: RunCost, other: RunCost) -> RunCost {
    RunCost(
      runs: one.runs + other.runs,
      seconds: one.seconds.flatMap { first in other.seconds.map { first + $0 } },
      bytes: one.bytes.flatMap { first in other.bytes.map { first + $0 } })
  }

  /// `0.04`, `2.5`, `130`: hours for a table; nil where no speed is known.
  package var hoursInWords: String? {
    hours.map { String(format: $0 < 1 ? "%.2f" : $0 < 100 ? "%.1f" : "%.0f", $0) }
  }

  /// `22 MB`, `1.4 GB`: of thousands, as disks are sold; nil where nobody asked.
  package var bytesInWords: String? {
    bytes.map { bytes in
      let units = ["bytes", "kB", "MB", "GB", "TB"]
      var (value, unit) = (Double(bytes), 0)
      while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
      return String(format: value < 9.95 && unit > 0 ? "%.1f " : "%.0f ", value) + units[unit]
    }
  }
}

extension [Double] {
  /// The median of numbers that are in order, of an even count the mean of the middle two; nil of none.
  package var medianOfAscending: Double? {
    isEmpty ? nil : (self[(count - 1) / 2] + self[count / 2]) / 2
  }
}

extension Provenance {
  /// What decides how fast a run was: `Intel(R) Xeon(R) Processor, 2 threads, Cooperlake kernels`.
  package var machine: String { Self.machine(cpu: cpu, threads: threads, kernels: blasKernels, level: level) }

  package static func machine(cpu: String, threads: Int, kernels: String, level: String?) -> String {
    "\(cpu), \(threads) \(threads == 1 ? "thread" : "threads"), \(kernels) kernels" + (level.map { ", \($0)" } ?? "")
  }
}
