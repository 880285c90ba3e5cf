import Cluster
import Foundation
import Runs
import Support

/// Looks at runs again and again, from what lies on the disk alone: it takes no lock and asks no process.
package final class RunsWatch {
  private let store: RunStore
  /// Finished runs are read once.
  private var finished: [RunIdentity: WatchedRun] = [:]
  private var queue: (places: [RunIdentity: SubmittedRuns.Place], notes: [String])
  private var asked: SuspendingClock.Instant?

  /// Slurm is asked as seldom as this, however often the runs are looked at.
  private static let patienceOfSlurm = Duration.seconds(30)

  package init(_ store: RunStore) {
    self.store = store
    queue = ([:], [])
  }

  /// The runs that have a folder, and those that wait in Slurm's queue for one.
  package func identities() -> [RunIdentity] {
    askSlurm()
    let known = store.identities()
    // One that starts from another has its own name when it is at work.
    let rows = Set(known.map(Self.row))
    return known + queue.places.keys.filter { !rows.contains(Self.row($0)) }.sorted { $0.fullName < $1.fullName }
  }

  /// How runs stand now.
  package func look(at runs: [RunIdentity], at moment: Moment = .now) -> WatchPicture {
    WatchPicture(runs.map { watched($0, at: moment) }, at: moment, notes: queue.notes)
  }

  private func watched(_ run: RunIdentity, at moment: Moment) -> WatchedRun {
    do {
      if store.isFinished(run) {
        if let known = finished[run] { return known }
        if let metrics = try store.metrics(of: run) {
          let seen = WatchedRun(finished: run, try store.epochs(of: run), metrics)
          finished[run] = seen
          return seen
        }
      }
      finished[run] = nil
      return WatchedRun(
        run, try store.epochs(of: run), store.standing(of: run), queue.places[run], at: moment)
    } catch {
      return WatchedRun(damaged: run, error)
    }
  }

  private func askSlurm() {
    if let asked, asked.duration(to: .now) < Self.patienceOfSlurm { return }
    let submitted = SubmittedRuns(of: store)
    queue = (submitted.places, submitted.notes)
    asked = .now
  }

  private static func row(_ run: RunIdentity) -> String { "\(run.experiment)/\(run.variant)/\(run.seed)" }
}
