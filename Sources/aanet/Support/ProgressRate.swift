import Documents
import Foundation

/// How fast work goes and how long the rest takes, from how much is done when.
///
/// What was done before the first look does not count: a run that goes on from a checkpoint starts half done.
struct ProgressRate {
  private let start = SuspendingClock.now
  private let first: Int

  /// Starts at `done`.
  init(from done: Int) { first = done }

  /// Seconds since the start, by a clock that does not jump.
  var seconds: Double { start.duration(to: .now) / .seconds(1) }

  /// Units a second since the start; 0 before any is done.
  func perSecond(_ done: Int) -> Double { Double(max(0, done - first)) / max(seconds, 1e-9) }

  /// How long the rest takes at that rate: `4:15 min left`; nil while there is no rate.
  func left(_ done: Int, of total: Int) -> String? {
    let rate = perSecond(done)
    return rate > 0 ? Durations.left(Double(max(0, total - done)) / rate) : nil
  }
}
