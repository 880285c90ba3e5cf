import Foundation
import Support

/// `heartbeat.json`: when a run that is under way was last alive, and where it was.
package struct Heartbeat: Codable, Hashable, Sendable {
  /// What a run does.
  package enum Phase: String, Codable, Sendable {
    /// It learns.
    case training
    /// It has learned, and is measured.
    case evaluating
  }

  /// Where a run is.
  package struct Place: Codable, Hashable, Sendable {
    /// What it does.
    package var phase: Phase
    /// The epoch, counted from 1.
    package var epoch: Int
    /// Epochs of the whole run.
    package var epochs: Int
    /// Steps taken in the epoch; while evaluating, images that are done.
    package var step: Int
    /// Steps of the whole epoch; while evaluating, all images.
    package var steps: Int

    /// States a place.
    package init(phase: Phase, epoch: Int, epochs: Int, step: Int, steps: Int) {
      self.phase = phase
      self.epoch = epoch
      self.epochs = epochs
      self.step = step
      self.steps = steps
    }
  }

  /// Where the run is.
  package var place: Place
  /// Images per second since the last beat; absent in the first.
  package var imagesPerSecond: Double?
  /// Files that the process has open.
  package var openFiles: Int?
  /// Memory that the process has, in GiB.
  package var memoryGiB: Double?
  /// The process's number on its machine.
  package var process: Int32
  /// The machine.
  package var host: String
  /// When this was written (ISO 8601), by the machine's clock, which may be set.
  package var alive: String
  /// Which start of which machine it was written in; absent where the kernel does not say.
  package var boot: String?
  /// Seconds since that start, by a clock that does not jump.
  package var uptime: Double

  /// States a beat.
  package init(
    _ place: Place, imagesPerSecond: Double?, usage: ProcessUsage? = nil, at moment: Moment = .now
  ) {
    self.place = place
    self.imagesPerSecond = imagesPerSecond
    openFiles = usage?.openFiles
    memoryGiB = usage?.memoryGiB
    process = getpid()
    host = ProcessInfo.processInfo.hostName
    alive = moment.text
    boot = moment.boot
    uptime = moment.uptime
  }

  enum CodingKeys: String, CodingKey {
    case place, process, host, alive, boot, uptime
    case imagesPerSecond = "images_per_second"
    case openFiles = "open_files"
    case memoryGiB = "memory_gib"
  }

  /// Seconds since the beat; nil where no clock tells, because the one that it was written by is ahead of ours.
  ///
  /// On the machine that wrote it, and until that is started anew, clocks that were set meanwhile do not matter.
  package var age: Double? { age(at: .now) }

  package func age(at moment: Moment) -> Double? {
    if let boot, boot == moment.boot, uptime <= moment.uptime { return moment.uptime - uptime }
    guard let date = ISO8601DateFormatter().date(from: alive) else { return nil }
    let seconds = moment.wall.timeIntervalSince(date)
    // The text has whole seconds.
    return seconds >= -1 ? max(0, seconds) : nil
  }
}

extension RunStore {
  /// The last beat of a run; nil where there is none that can be read.
  package func heartbeat(of run: RunIdentity) -> Heartbeat? { note(Heartbeat.self, .heartbeat, of: run) }
}
