import Foundation
import Support

/// What Slurm's queue says of the tasks of submitted sweeps, from one `squeue`.
package struct JobQueue: Sendable {
  /// A task that Slurm has not done with.
  package struct Entry: Hashable, Sendable {
    /// `1234_5`, as `scancel` takes it.
    package let job: String
    /// Slurm's letters: `PD`, `R`, `CG`.
    package let state: String

    /// Whether it waits for its turn: for the first one, or for another.
    package var isWaiting: Bool { ["PD", "RQ", "RH", "RD", "RF", "SE"].contains(state) }
  }

  private var entries: [String: [Int: Entry]] = [:]

  /// A queue with nothing in it.
  package init() {}

  /// Reads what ``words(for:)`` prints: `name|array task|state|array job` in each line.
  package init(_ text: String) {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 4, let task = Int(parts[1]) else { continue }
      entries[parts[0], default: [:]][task] = Entry(job: "\(parts[3])_\(task)", state: parts[2])
    }
  }

  package static func words(for sweeps: [SubmittedSweep]) -> [String] {
    // A line a task, also of those that wait together.
    [
      "squeue", "--noheader", "--array", "--format=%j|%K|%t|%F",
      "--name=\(sweeps.flatMap(\.jobNames).joined(separator: ","))",
    ]
  }

  /// Asks Slurm, where there is something to ask for.
  ///
  /// - Throws: `PlainError` where it does not answer.
  package static func now(of sweeps: [SubmittedSweep]) throws(PlainError) -> JobQueue {
    guard !sweeps.isEmpty else { return JobQueue() }
    let answer = try ClusterTool.run(words(for: sweeps))
    guard answer.status == 0 else { throw PlainError("squeue: \(answer.reason)") }
    return JobQueue(answer.output)
  }

  package func entry(of sweep: SubmittedSweep, array: Int, task: Int) -> Entry? {
    entries[sweep.jobName(ofArray: array)]?[task]
  }
}
