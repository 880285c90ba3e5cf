import Cluster
import Documents
import Foundation
import Runs

/// A run as `aanet runs` shows it: its record and how it stands.
struct ListedRun: Encodable {
  let record: RunRecord
  let standing: RunStanding
  /// Its task in Slurm's queue, or how that ended.
  let place: SubmittedRuns.Place?

  init(_ record: RunRecord, _ standing: RunStanding, _ place: SubmittedRuns.Place?) {
    self.record = record
    self.standing = standing
    self.place = [.finished, .running].contains(standing.state) ? nil : place
  }

  /// How it stands, in a word.
  var state: String {
    if place?.job != nil { return "queued" }
    if place?.failure != nil { return RunStanding.State.failed.rawValue }
    return standing.state.rawValue
  }

  /// What a person wants to know besides figures: where a running one is, why one failed, what was changed.
  var note: String {
    if let place, let job = place.job { return place.isWaiting ? "job \(job)" : "job \(job) starts or ends" }
    if let place, let code = place.failure, standing.failure == nil {
      return "its job ended with code \(code): \(place.log)"
    }
    switch standing.state {
    case .running: return running
    case .failed: return standing.failure?.reason ?? ""
    case .interrupted: return standing.heartbeat.map { "last \(Self.alive($0))" } ?? ""
    case .finished:
      switch record.seal {
      case .intact: return ""
      case .unsealed: return "unsealed"
      case .changed(let changes): return "changed by hand: \(changes.map(\.description).joined(separator: ", "))"
      }
    }
  }

  private var running: String {
    guard let heartbeat = standing.heartbeat else { return standing.holder?.description ?? "" }
    let place = heartbeat.place
    let what =
      switch place.phase {
      case .training: "epoch \(place.epoch)/\(place.epochs), step \(place.step)/\(place.steps)"
      case .mining: "epoch \(place.epoch)/\(place.epochs), mining, \(place.step)/\(place.steps) images"
      case .evaluating: "evaluating, \(place.step)/\(place.steps) images"
      }
    let rate = heartbeat.imagesPerSecond.map { ", \(Durations.rate($0)) images/s" } ?? ""
    return "\(what)\(rate), \(Self.alive(heartbeat)), process \(heartbeat.process) on \(heartbeat.host)"
  }

  /// `alive 12 s ago`; a heartbeat from a clock that is ahead of ours has no age.
  private static func alive(_ heartbeat: Heartbeat) -> String {
    heartbeat.age.map { "alive \(Durations.time($0)) ago" }
      ?? "alive at \(heartbeat.alive) by a clock ahead of this one"
  }

  private enum Key: String, CodingKey {
    case experiment, variant, seed, hash, epochs, status, metrics, folder, seal, changed, holder, heartbeat, failure,
      task
    case age = "heartbeat_age_seconds"
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(record.identity.experiment, forKey: .experiment)
    try values.encode(record.identity.variant, forKey: .variant)
    try values.encode(record.identity.seed, forKey: .seed)
    try values.encode(record.identity.hash, forKey: .hash)
    try values.encode(record.epochs.count, forKey: .epochs)
    try values.encode(state, forKey: .status)
    try values.encodeIfPresent(record.metrics, forKey: .metrics)
    try values.encode(record.folder.path, forKey: .folder)
    if standing.state == .finished { try values.encode(record.seal.word, forKey: .seal) }
    if !record.seal.changes.isEmpty { try values.encode(record.seal.changes, forKey: .changed) }
    try values.encodeIfPresent(standing.holder, forKey: .holder)
    try values.encodeIfPresent(standing.heartbeat, forKey: .heartbeat)
    try values.encodeIfPresent(standing.heartbeat?.age, forKey: .age)
    try values.encodeIfPresent(standing.failure, forKey: .failure)
    try values.encodeIfPresent(place, forKey: .task)
  }
}
