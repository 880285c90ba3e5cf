import Foundation
import Runs
import Support

/// What Slurm knows of runs that `aanet submit` gave to it, as far as they are not finished.
package struct SubmittedRuns: Sendable {
  /// A run's last task.
  package struct Place: Encodable, Sendable {
    /// `1234_5`; nil where it is in the queue no more.
    package var job: String?
    /// Whether it waits for its turn.
    package var isWaiting = false
    /// The code that it ended with, where it failed.
    package var failure: Int?
    package let log: String

    enum CodingKeys: String, CodingKey {
      case job, log
      case failure = "exit_code"
    }
  }

  package private(set) var places: [RunIdentity: Place] = [:]
  /// What could not be read or asked, for a person to know.
  package private(set) var notes: [String] = []

  /// Asks Slurm, once, where any run is left that was submitted. What cannot be read or asked is a note: whoever lists runs
  /// goes without it.
  package init(of store: RunStore) {
    let sweeps: [SubmittedSweep]
    do { sweeps = try SubmittedSweep.all(of: store) } catch {
      notes.append("\(error)")
      return
    }
    var queue = JobQueue()
    do {
      queue = try JobQueue.now(
        of: sweeps.filter { sweep in sweep.content.arrays.joined().contains { !store.isFinished($0.run) } })
    } catch {
      notes.append("\(error); which runs are queued is not known")
    }
    // Of several tasks for one run the last counts, unless an earlier one is still in the queue. The run's name may have
    // changed meanwhile, with what it starts from; its settings have not.
    var latest: [String: (run: RunIdentity, place: Place)] = [:]
    for sweep in sweeps {
      for (number, array) in sweep.content.arrays.enumerated() {
        for (task, submitted) in array.enumerated() {
          let entry = queue.entry(of: sweep, array: number, task: task)
          if entry == nil, latest[submitted.settings]?.place.job != nil { continue }
          let heartbeat = store.url(.heartbeat, of: submitted.run)
          latest[submitted.settings] = (
            submitted.run,
            Place(
              job: entry?.job, isWaiting: entry?.isWaiting ?? false,
              failure: entry == nil
                ? sweep.failure(ofArray: number, task: task, unlessYounger: heartbeat) : nil,
              log: sweep.log(ofArray: number, task: "\(task)"))
          )
        }
      }
    }
    for (run, place) in latest.values where !store.isFinished(run) { places[run] = place }
  }

  /// The records of runs on disk, and empty ones of those that are queued, or failed, before anything of them was written.
  package func completing(_ records: [RunRecord], in store: RunStore) -> [RunRecord] {
    let known = Set(records.map(\.identity))
    // A run that starts from another is known by its own name from when it is at work.
    let begun = Set(records.filter { $0.metrics == nil }.map { Self.row($0.identity) })
    let others = places.filter { run, place in
      !known.contains(run)
        && (place.isWaiting || place.failure != nil || place.job != nil && !begun.contains(Self.row(run)))
    }.keys
    let all =
      records
      + others.map {
        RunRecord(identity: $0, folder: store.folder(for: $0), epochs: [], metrics: nil, provenance: nil)
      }
    return others.isEmpty
      ? records
      : all.sorted {
        let (a, b) = ($0.identity, $1.identity)
        return (a.experiment, a.variant, a.seed, a.hash) < (b.experiment, b.variant, b.seed, b.hash)
      }
  }

  private static func row(_ run: RunIdentity) -> String { "\(run.experiment)/\(run.variant)/\(run.seed)" }
}
