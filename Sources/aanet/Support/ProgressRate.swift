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
    return rate > 0 ? Self.left(Double(max(0, total - done)) / rate) : nil
  }

  /// `4:15 min left`.
  static func left(_ seconds: Double) -> String { "\(time(seconds)) left" }

  /// `24 s`, `4:15 min`, `2:05 h`.
  static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 1e9).rounded(.up))
    if whole >= 3600 { return String(format: "%d:%02d h", whole / 3600, whole / 60 % 60) }
    return whole >= 60 ? String(format: "%d:%02d min", whole / 60, whole % 60) : "\(whole) s"
  }

  /// What is known to some tenths: `40 s`, `4 min`, `1 h 20 min`.
  static func about(_ seconds: Double) -> String {
    func rounded(_ value: Double, to unit: Double) -> Int { Int((min(value, 1e9) / unit).rounded() * unit) }
    guard seconds >= 57.5 else { return "\(max(1, rounded(seconds, to: seconds < 10 ? 1 : 5))) s" }
    let minutes = rounded(seconds / 60, to: seconds < 3600 ? 1 : 5)
    guard minutes >= 60 else { return "\(minutes) min" }
    guard minutes < 24 * 60 else { return "\(rounded(Double(minutes) / 60, to: 1)) h" }
    return "\(minutes / 60) h" + (minutes % 60 > 0 ? " \(minutes % 60) min" : "")
  }

  /// `815`, `2.3`.
  static func number(_ value: Double) -> String {
    value >= 10 ? String(Int(value.rounded())) : String(format: "%.1f", value)
  }
}
