import Foundation

/// How spans of time are written for people, and how fast work goes. What is no number, as a damaged record may say, is "?".
package enum Durations {
  /// `4:15 min left`.
  package static func left(_ seconds: Double) -> String { "\(time(seconds)) left" }

  /// `24 s`, `4:15 min`, `2:05 h`.
  package static func time(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "?" }
    let whole = Int(min(max(0, seconds), 1e9).rounded(.up))
    if whole >= 3600 { return String(format: "%d:%02d h", whole / 3600, whole / 60 % 60) }
    return whole >= 60 ? String(format: "%d:%02d min", whole / 60, whole % 60) : "\(whole) s"
  }

  /// What is known to some tenths: `40 s`, `4 min`, `1 h 20 min`.
  package static func about(_ seconds: Double) -> String {
    func rounded(_ value: Double, to unit: Double) -> Int { Int((min(value, 1e9) / unit).rounded() * unit) }
    guard seconds.isFinite else { return "?" }
    guard seconds >= 57.5 else { return "\(max(1, rounded(max(0, seconds), to: seconds < 10 ? 1 : 5))) s" }
    let minutes = rounded(seconds / 60, to: seconds < 3600 ? 1 : 5)
    guard minutes >= 60 else { return "\(minutes) min" }
    guard minutes < 24 * 60 else { return "\(rounded(Double(minutes) / 60, to: 1)) h" }
    return "\(minutes / 60) h" + (minutes % 60 > 0 ? " \(minutes % 60) min" : "")
  }

  /// `815`, `2.3`.
  package static func rate(_ value: Double) -> String {
    guard value.isFinite else { return "?" }
    return value >= 10 ? String(Int(min(value, 1e15).rounded())) : String(format: "%.1f", value)
  }
}
