import Documents
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

  /// Shows that `done` of `total` are done.
  ///
  /// - Parameters:
  ///   - secondsLeft: how long the rest takes, where somebody knows better than the bar, which takes the rate of what is
  ///     done; `.some(nil)` where that is not known yet.
  ///   - note: what else is worth seeing (the loss).
  func update(_ done: Int, of total: Int, secondsLeft: Double?? = nil, note: String = "") {
    let rate = rate ?? ProgressRate(from: done)
    self.rate = rate
    guard rate.seconds > 1 || isDrawn else { return }
    let share = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
    let numbers = [
      "\(done)/\(total) \(unit)", "\(Durations.rate(rate.perSecond(done))) \(unit)/s",
      secondsLeft.map { $0.map(Durations.left) } ?? rate.left(done, of: total),
      note.isEmpty ? nil : note,
    ].compactMap { $0 }.joined(separator: "  ")
    if Console.isTerminal {
      // The bar gives way to the numbers where both do not fit.
      let room = Console.progressWidth - 1 - label.count - numbers.count - 2
      draw("\(label) \(Self.bar(share, cells: min(24, max(6, room)))) \(numbers)", isLast: done >= total)
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

  private static func bar(_ share: Double, cells: Int) -> String {
    let filled = Int(share * Double(cells))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
  }

  private func write(_ text: String) { Console.write(text) }
}
