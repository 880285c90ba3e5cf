import Cluster
import Documents
import Foundation
import Runs
import Support

/// A run as whoever watches sees it: how it stands, how far it is and how it does.
package struct WatchedRun: Encodable, Sendable {
  package enum State: String, Encodable, Sendable, CaseIterable {
    case running, failed, interrupted
    /// Its record cannot be read.
    case damaged
    /// It waits in Slurm's queue.
    case queued
    case finished
  }

  package let run: RunIdentity
  package fileprivate(set) var state: State
  /// What a running one is at.
  package fileprivate(set) var phase: Heartbeat.Phase?
  /// The epoch at hand, or the last that is recorded.
  package fileprivate(set) var epoch = 0
  package fileprivate(set) var epochs: Int?
  /// How much of the training is done, in 0 ... 1; nil where nothing tells.
  package fileprivate(set) var share: Double?
  /// How much of what it is at besides training is done, in 0 ... 1.
  package fileprivate(set) var shareOfPhase: Double?
  /// The mean total loss of that epoch.
  package fileprivate(set) var loss: Double?
  package fileprivate(set) var sigma: [String: Double]?
  package fileprivate(set) var imagesPerSecond: Double?
  /// Seconds that a running one still takes.
  package fileprivate(set) var secondsLeft: Double?
  /// What the processes at work on it are to train after it.
  package fileprivate(set) var others: Heartbeat.Others?
  package fileprivate(set) var process: Int32?
  package fileprivate(set) var host: String?
  /// Seconds since its last beat.
  package fileprivate(set) var silence: Double?
  package fileprivate(set) var mAP: Double?
  package fileprivate(set) var rank1: Double?
  /// What a person should know, and what to do.
  package fileprivate(set) var note: String?

  /// A heart that has not beaten for so long is worth a word. It beats every ten seconds, or once a step.
  package static let secondsOfSilence = 120.0

  enum CodingKeys: String, CodingKey {
    case run, state, phase, epoch, epochs, share, loss, sigma, others, process, host, note, mAP, rank1
    case shareOfPhase = "share_of_phase"
    case imagesPerSecond = "images_per_second"
    case secondsLeft = "seconds_left"
    case silence = "silent_seconds"
  }
}

extension WatchedRun {
  /// A run that is measured.
  init(finished run: RunIdentity, _ epochs: [EpochRecord], _ metrics: RunMetrics) {
    self.init(run: run, state: .finished)
    take(epochs)
    self.epochs = epochs.last?.epoch
    share = 1
    imagesPerSecond = metrics.imagesPerSecond
    (mAP, rank1) = (metrics.retrieval.mAP, metrics.retrieval.rank1)
  }

  /// A run whose record cannot be read.
  init(damaged run: RunIdentity, _ error: FileError) {
    self.init(run: run, state: .damaged)
    note = "\(error)"
  }

  /// A run that is under way, stopped or waiting.
  init(
    _ run: RunIdentity, _ epochs: [EpochRecord], _ standing: RunStanding, _ place: SubmittedRuns.Place?,
    at moment: Moment
  ) {
    self.init(run: run, state: .interrupted)
    take(epochs)
    take(standing.heartbeat, at: moment)
    switch standing.state {
    case .running:
      state = .running
      process = process ?? standing.holder?.process
      host = host ?? standing.holder?.host
      note = wordsOfSilence ?? (standing.heartbeat == nil ? standing.holder.map { "\($0) starts" } : nil)
    case .failed:
      state = .failed
      stop()
      note = standing.failure.map { failure in
        failure.kind == .diverged ? failure.reason : "\(failure.reason); \(goOn) goes on with it"
      }
    case .interrupted, .finished:
      stop()
      if let place, place.job != nil || place.failure != nil {
        take(place)
      } else {
        note = wordsOfStanding(dead: standing.dead)
      }
    }
  }

  private mutating func take(_ epochs: [EpochRecord]) {
    guard let last = epochs.last else { return }
    epoch = last.epoch
    loss = last.loss
    sigma = last.sigma
    imagesPerSecond = last.seconds > 0 ? Double(last.images) / last.seconds : nil
  }

  private mutating func take(_ heartbeat: Heartbeat?, at moment: Moment) {
    guard let heartbeat else { return }
    let place = heartbeat.place
    phase = place.phase
    epoch = max(0, place.epoch)
    epochs = place.epochs > 0 ? place.epochs : nil
    let part = place.steps > 0 ? min(1, max(0, Double(place.step) / Double(place.steps))) : 0
    if place.phase != .training { shareOfPhase = part }
    if let outlook = heartbeat.outlook, outlook.allImages > 0 {
      share = min(1, max(0, Double(outlook.images) / Double(outlook.allImages)))
    } else if place.epochs > 0 {
      let done = Double(place.epoch) - 1 + (place.phase == .training ? part : 1)
      share = min(1, max(0, done / Double(place.epochs)))
    }
    loss = heartbeat.outlook?.loss ?? loss
    sigma = heartbeat.outlook?.sigma ?? sigma
    imagesPerSecond = heartbeat.imagesPerSecond.flatMap { $0 > 0 ? $0 : nil } ?? imagesPerSecond
    others = heartbeat.outlook?.others.map {
      .init(sweep: $0.sweep, runs: min(max(0, $0.runs), 1_000_000), seconds: $0.seconds)
    }
    (process, host) = (heartbeat.process, heartbeat.host)
    silence = heartbeat.age(at: moment)
    secondsLeft = heartbeat.outlook?.secondsLeft.map { max(0, $0 - (silence ?? 0)) }
  }

  private mutating func take(_ place: SubmittedRuns.Place) {
    if let job = place.job {
      state = .queued
      note = place.isWaiting ? "job \(job)" : "job \(job) starts or ends"
    } else if let code = place.failure {
      state = .failed
      note = "its job ended with code \(code): \(place.log); \(goOn) goes on with it"
    }
  }

  /// Nobody is at work on it: nothing of it is foretold.
  private mutating func stop() { (secondsLeft, others, phase, shareOfPhase) = (nil, nil, nil, nil) }

  // MARK: Words

  private var goOn: String { "`aanet run \(run.experiment)`" }

  private var who: String {
    process.map { "process \($0)\(host.map { " on \($0)" } ?? "")" } ?? "whoever is at work on it"
  }

  /// What is said of a running one whose heart has not beaten for long.
  private var wordsOfSilence: String? {
    guard let silence, silence > Self.secondsOfSilence else { return nil }
    return
      "silent for \(Durations.time(silence)): a step takes long, or \(who) hangs; look at it there, and where it hangs "
      + "end it: \(goOn) goes on from the last checkpoint"
  }

  private func wordsOfStanding(dead: RunHolder?) -> String? {
    guard epoch > 0 || dead != nil || process != nil else { return "nothing is trained yet; \(goOn) trains it" }
    let since = silence.map { " \(Durations.time($0)) ago" } ?? ""
    guard let dead else { return "stopped\(since); \(goOn) goes on with it" }
    return
      "process \(dead.process) on \(RunHolder.line(dead.host)) died, last alive\(since.isEmpty ? " some time ago" : since); "
      + "its command goes on from the last checkpoint: \(RunHolder.line(dead.command))"
  }
}
