import Foundation

/// A bar with rate and time left on a terminal; in a file, a line at each whole tenth.
///
/// It shows nothing in the first second, so that quick work stays quiet.
final class ProgressBar {
  private let label: String
  private let unit: String
  private let start = SuspendingClock.now
  private var lastDrawn: SuspendingClock.Instant?
  private var lastTenth = 0
  private var isDrawn = false

  /// Starts a bar: `label` names the work, `unit` what is counted (`images`).
  init(_ label: String, unit: String) {
    self.label = label
    self.unit = unit
  }

  /// Shows that `done` of `total` are done; `note` is what else is worth seeing (the loss).
  func update(_ done: Int, of total: Int, note: String = "") {
    let now = SuspendingClock.now
    let elapsed = start.duration(to: now) / .seconds(1)
    guard elapsed > 1 || isDrawn else { return }
    let share = total > 0 ? Double(done) / Double(total) : 1
    let rate = Double(done) / max(elapsed, 1e-9)
    let left = rate > 0 ? Double(total - done) / rate : 0
    let numbers =
      "\(done)/\(total) \(unit)  \(Self.number(rate)) \(unit)/s  \(Self.time(left)) left"
      + (note.isEmpty ? "" : "  \(note)")
    if Console.isTerminal {
      if let lastDrawn, lastDrawn.duration(to: now) < .milliseconds(100), done < total { return }
      lastDrawn = now
      let filled = Int(share * 24)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      write("\r\u{1b}[2K\(label) \(bar) \(numbers)")
      isDrawn = true
    } else {
      let tenth = Int(share * 10)
      guard tenth > lastTenth else { return }
      lastTenth = tenth
      write("\(label): \(tenth * 10) %  \(numbers)\n")
    }
  }

  /// Ends the bar, leaving the terminal's line free.
  func finish() {
    if isDrawn { write("\r\u{1b}[2K") }
    isDrawn = false
  }

  private func write(_ text: String) { Console.write(text) }

  private static func number(_ value: Double) -> String {
    value >= 10 ? String(Int(value.rounded())) : String(format: "%.1f", value)
  }

  static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole >= 3600 { return String(format: "%d:%02d h", whole / 3600, whole / 60 % 60) }
    return whole >= 60 ? String(format: "%d:%02d min", whole / 60, whole % 60) : "\(whole) s"
  }
}
