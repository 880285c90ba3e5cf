import Foundation
import Runs

/// Runs at one moment.
package struct WatchPicture: Encodable, Sendable {
  /// When (ISO 8601).
  package let when: String
  /// The ones at work first, the finished ones last.
  package let runs: [WatchedRun]
  /// Runs that nobody has begun and that those at work will come to.
  package let toCome: Int
  /// Seconds until those at work have done all that they are to do, over all processes and machines; nil where nobody is,
  /// or where one of them does not say.
  package let secondsLeft: Double?
  /// What could not be looked at.
  package let notes: [String]

  /// - Parameter runs: the ones of each state in the order in which they are shown.
  package init(_ runs: [WatchedRun], at moment: Moment = .now, notes: [String] = []) {
    when = moment.text
    self.notes = notes
    self.runs = WatchedRun.State.allCases.flatMap { state in runs.filter { $0.state == state } }
    let sweeps = Self.sweeps(of: runs.filter { $0.state == .running })
    toCome = sweeps.reduce(0) { $0 + ($1.others?.runs ?? 0) }
    let times = sweeps.map(\.secondsLeft)
    secondsLeft = times.allSatisfy { $0 != nil } ? times.compactMap { $0 }.max() : nil
  }

  package func count(_ state: WatchedRun.State) -> Int { runs.count { $0.state == state } }

  /// Whether nobody is at work and nothing waits for its turn: as it is it stays.
  package var isStill: Bool { count(.running) == 0 && count(.queued) == 0 }

  /// Whether there are runs, and all are finished.
  package var isFinished: Bool { !runs.isEmpty && count(.finished) == runs.count }

  /// The runs that nobody's work will finish as it is: they ended by a fault, or their record cannot be read.
  package var unfinishable: [WatchedRun] { runs.filter { [.failed, .damaged].contains($0.state) } }

  enum CodingKeys: String, CodingKey {
    case when, runs, notes
    case toCome = "to_come"
    case secondsLeft = "seconds_left"
  }

  // MARK: Time left

  /// Processes that share out the same runs.
  private struct Sweep {
    var running: [WatchedRun]
    /// What comes after those, by the youngest word.
    var others: Heartbeat.Others?

    /// The work that is left spread over the processes, and not less than the longest run at hand.
    var secondsLeft: Double? {
      let own = running.compactMap(\.secondsLeft)
      guard own.count == running.count, let longest = own.max() else { return nil }
      var rest = 0.0
      if let others, others.runs > 0 {
        guard let seconds = others.seconds else { return nil }
        rest = max(0, seconds)
      }
      let all = max(longest, (own.reduce(0, +) + rest) / Double(running.count))
      return all.isFinite ? all : nil
    }
  }

  private static func sweeps(of running: [WatchedRun]) -> [Sweep] {
    // One that says nothing of a sweep is one of its own.
    Dictionary(grouping: running) { $0.others?.sweep ?? "/\($0.run.fullName)" }.values.map { members in
      let youngest = members.min { ($0.silence ?? .infinity) < ($1.silence ?? .infinity) }
      return Sweep(running: members, others: youngest?.others)
    }
  }
}
