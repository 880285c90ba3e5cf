import Foundation

/// A point in time on the wall's clock, which people set and which jumps, and on the machine's own since it was
/// started, which does neither.
package struct Moment: Sendable {
  /// The wall's clock.
  package var wall: Date
  /// Which start of which machine; nil where the kernel does not say.
  package var boot: String?
  /// Seconds since that start, time asleep included.
  package var uptime: Double

  /// States a moment.
  package init(wall: Date, boot: String?, uptime: Double) {
    self.wall = wall
    self.boot = boot
    self.uptime = uptime
  }

  /// Now.
  package static var now: Moment { Moment(wall: Date(), boot: bootNumber, uptime: secondsSinceBoot) }

  /// The wall's clock as ISO 8601 in UTC, to the second.
  package var text: String { ISO8601DateFormatter().string(from: wall) }

  /// Seconds since the machine was started; costs tens of nanoseconds.
  static var secondsSinceBoot: Double {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static let bootNumber: String? = {
    let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines)
  }()
}
