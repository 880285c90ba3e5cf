import Foundation

/// A bar with rate and time left on a terminal; in a file, a line at each whole tenth.
///
/// It shows nothing in the first second, so that quick work stays quiet.
final class ProgressBar {
  private let label: String
  private let unit: String
  private var rate: ProgressRate?
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
    let rate = rate ?? ProgressRate(from: done)
    self.rate = rate
    guard rate.seconds > 1 || isDrawn else { return }
    let share = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
    let numbers = [
      "\(done)/\(total) \(unit)", "\(ProgressRate.number(rate.perSecond(done))) \(unit)/s", rate.left(done, of: total),
      note.isEmpty ? nil : note,
    ].compactMap { $0 }.joined(separator: "  ")
    if Console.isTerminal {
      draw("\(label) \(Self.bar(share)) \(numbers)", isLast: done >= total)
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

  private func draw(_ line: String, isLast: Bool) {
    let now = SuspendingClock.now
    if let lastDrawn, lastDrawn.duration(to: now) < .milliseconds(100), !isLast { return }
    lastDrawn = now
    // A line that is longer than the terminal is wide goes on to the next, and is not overwritten.
    write("\r\u{1b}[2K\(line.prefix(Console.progressWidth - 1))")
    isDrawn = true
  }

  private static func bar(_ share: Double) -> String {
    let filled = Int(share * 24)
    return String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
  }

  private func write(_ text: String) { Console.write(text) }
}
