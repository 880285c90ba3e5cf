/// How long a job may take, in whole minutes as Slurm counts: `90m`, `8h`, `2d`, `1d12h`.
package struct TimeLimit: Hashable, Sendable {
  package let minutes: Int

  /// nil where the text is no time of one minute to a year.
  package init?(_ text: String) {
    guard let match = text.wholeMatch(of: /(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?/) else { return nil }
    func number(_ digits: Substring?) -> Int { digits.flatMap { Int($0) } ?? 0 }
    let minutes = (number(match.1) * 24 + number(match.2)) * 60 + number(match.3)
    guard (1...366 * 24 * 60).contains(minutes) else { return nil }
    self.minutes = minutes
  }

  /// How many seconds before the end a task is asked to save its run. Slurm looks once in half a minute.
  package var warning: Int { min(Self.longestWarning, max(30, minutes * 60 / 4)) }

  /// The same where the limit is the partition's own, which nobody knows here.
  package static let longestWarning = 120
}
