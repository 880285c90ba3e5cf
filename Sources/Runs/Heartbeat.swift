import Foundation
import Support

/// `heartbeat.json`: when a run that is under way was last alive, and where it was.
package struct Heartbeat: Codable, Hashable, Sendable {
  package enum Phase: String, Codable, Sendable {
    case training
    /// Describing a pool of training images, in which hard triplets are looked for.
    case mining
    case evaluating
  }

  package struct Place: Codable, Hashable, Sendable {
    package var phase: Phase
    /// The epoch, counted from 1.
    package var epoch: Int
    /// Epochs of the whole run.
    package var epochs: Int
    /// Steps taken in the epoch; while mining and evaluating, images that are done.
    package var step: Int
    /// Steps of the whole epoch; while mining and evaluating, all images.
    package var steps: Int

    package init(phase: Phase, epoch: Int, epochs: Int, step: Int, steps: Int) {
      self.phase = phase
      self.epoch = epoch
      self.epochs = epochs
      self.step = step
      self.steps = steps
    }
  }

  /// How the run does and what is left of it; what is not known is absent.
  package struct Outlook: Codable, Hashable, Sendable {
    /// The mean total loss over the epoch's steps so far.
    package var loss: Double?
    /// The learned σ of each task; absent with fixed weights.
    package var sigma: [String: Double]?
    /// Images trained on, in all sittings.
    package var images: Int
    /// Images of the whole training.
    package var allImages: Int
    /// Seconds that the rest of the run takes, evaluation included.
    package var secondsLeft: Double?
    /// The runs that come after this one.
    package var others: Others?

    package init(
      loss: Double? = nil, sigma: [String: Double]? = nil, images: Int, of allImages: Int, secondsLeft: Double? = nil,
      others: Others? = nil
    ) {
      self.loss = loss
      self.sigma = sigma
      self.images = images
      self.allImages = allImages
      self.secondsLeft = secondsLeft
      self.others = others
    }

    enum CodingKeys: String, CodingKey {
      case loss, sigma, images, others
      case allImages = "all_images"
      case secondsLeft = "seconds_left"
    }
  }

  /// Runs that the same command is to train and that nobody has begun or is at work on.
  package struct Others: Codable, Hashable, Sendable {
    /// Which runs the command is about: processes that share them out say the same.
    package var sweep: String
    package var runs: Int
    /// Seconds that all of them take, one after the other; nil where that is not known.
    package var seconds: Double?

    package init(sweep: String, runs: Int, seconds: Double?) {
      self.sweep = sweep
      self.runs = runs
      self.seconds = seconds
    }
  }

  package var place: Place
  /// Absent in the heartbeats of earlier versions, and of runs that train nothing.
  package var outlook: Outlook?
  /// Images per second since the last beat; absent in the first.
  package var imagesPerSecond: Double?
  /// Files that the process has open.
  package var openFiles: Int?
  /// Memory that the process has, in GiB.
  package var memoryGiB: Double?
  /// The process's number on its machine.
  package var process: Int32
  package var host: String
  /// When this was written (ISO 8601), by the machine's clock, which may be set.
  package var alive: String
  /// Which start of which machine it was written in; absent where the kernel does not say.
  package var boot: String?
  /// Seconds since that start, by a clock that does not jump.
  package var uptime: Double

  package init(
    _ place: Place, imagesPerSecond: Double?, outlook: Outlook? = nil, usage: ProcessUsage? = nil,
    at moment: Moment = .now
  ) {
    self.place = place
    self.outlook = outlook
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
    case place, outlook, process, host, alive, boot, uptime
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

/// Writes a run's heartbeat now and then while it trains and evaluates.
package final class RunPulse {
  private let store: RunStore
  private let run: RunIdentity
  private let interval: Double
  private var last: (uptime: Double, images: Int, phase: Heartbeat.Phase)?

  /// Starts a pulse; `interval` are the seconds between beats, but where the run passes from one thing to another. A step
  /// that takes longer delays them.
  package init(_ run: RunIdentity, in store: RunStore, interval: Double = 10) {
    self.run = run
    self.store = store
    self.interval = interval
  }

  /// Says where the run is; written down where the last beat is long enough ago. Costs a look at a clock otherwise.
  ///
  /// What cannot be written is not: a run does not end for want of a heartbeat.
  ///
  /// - Parameters:
  ///   - images: images that this process has worked on since the pulse was started.
  ///   - outlook: asked for what is written down, and only then.
  package func beat(at place: Heartbeat.Place, images: Int, outlook: @autoclosure () -> Heartbeat.Outlook? = nil) {
    let now = Moment.secondsSinceBoot
    if let last, last.phase == place.phase, now - last.uptime < interval { return }
    let rate = last.map { Double(images - $0.images) / max(now - $0.uptime, 1e-9) }
    last = (now, images, place.phase)
    let beat = Heartbeat(place, imagesPerSecond: rate, outlook: outlook(), usage: .now)
    try? store.write(beat, as: .heartbeat, of: run)
  }

  /// Removes the heartbeat of a run that is finished.
  package func end() { store.removeNote(.heartbeat, of: run) }
}

/// A point in time on the wall's clock, which people set and which jumps, and on the machine's own since it was
/// started, which does neither.
package struct Moment: Sendable {
  package var wall: Date
  /// Which start of which machine; nil where the kernel does not say.
  package var boot: String?
  /// Seconds since that start, time asleep included.
  package var uptime: Double

  package init(wall: Date, boot: String?, uptime: Double) {
    self.wall = wall
    self.boot = boot
    self.uptime = uptime
  }

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
