import Foundation
import Support

/// How a run stands: what its record, its lock, its heartbeat and its seal say together.
package struct RunStanding: Sendable {
  package enum State: String, Codable, Sendable, CaseIterable {
    /// Trained and measured.
    case finished
    /// A process is at work on it.
    case running
    /// Nobody is at work on it; `aanet run` goes on with it.
    case interrupted
    /// It ended by a fault that is recorded.
    case failed
  }

  package var state: State
  /// Who is at work on a running run, where that is known.
  package var holder: RunHolder?
  /// Who was at work on an interrupted run and died: by `kill -9`, for want of memory or with the machine. Nil where the run
  /// was saved.
  package var dead: RunHolder?
  /// Its last beat, where it is not finished.
  package var heartbeat: Heartbeat?
  /// Why it failed, where it did.
  package var failure: RunFailure?

  /// Where the file system keeps no locks, a run whose heart beat within so many seconds counts as running.
  fileprivate static let secondsOfLife = 120.0
}

extension RunStore {
  /// How a run stands. Takes no lock and waits for none.
  package func standing(of run: RunIdentity) -> RunStanding {
    if isFinished(run) { return RunStanding(state: .finished) }
    let heartbeat = heartbeat(of: run)
    switch holding(of: run) {
    case .held(let holder): return RunStanding(state: .running, holder: holder, heartbeat: heartbeat)
    case .unknown where heartbeat?.age.map { $0 < RunStanding.secondsOfLife } ?? false:
      return RunStanding(state: .running, heartbeat: heartbeat)
    case .free, .unknown: break
    }
    if let failure = failure(of: run) { return RunStanding(state: .failed, heartbeat: heartbeat, failure: failure) }
    return RunStanding(state: .interrupted, dead: RunLock.lastHolder(in: folder(for: run)), heartbeat: heartbeat)
  }
}

/// `failure.json`: why a run ended without a result. It is removed when the run goes on.
package struct RunFailure: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// Its numbers stopped being finite; the same settings end so again.
    case diverged
    /// Something else, such as a full disk.
    case error
  }

  package var kind: Kind
  /// What happened, as it was said when it happened.
  package var reason: String
  /// The epoch, counted from 1, where the numbers stopped being finite.
  package var epoch: Int?
  /// The step of that epoch, counted from 1.
  package var step: Int?
  /// The task whose loss it was.
  package var task: String?
  /// The first layer, or parameter, that is not finite.
  package var layer: String?
  /// The last good checkpoint's place: `epoch 3, step 0`.
  package var checkpoint: String?
  /// When (ISO 8601).
  package var when: String

  package init(
    kind: Kind, reason: String, epoch: Int? = nil, step: Int? = nil, task: String? = nil, layer: String? = nil,
    checkpoint: String? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.epoch = epoch
    self.step = step
    self.task = task
    self.layer = layer
    self.checkpoint = checkpoint
    when = Moment.now.text
  }
}

extension RunStore {
  /// Why a run ended without a result; nil where nothing is recorded.
  package func failure(of run: RunIdentity) -> RunFailure? { note(RunFailure.self, .failure, of: run) }

  /// Records why a run ended without a result.
  package func writeFailure(_ failure: RunFailure, of run: RunIdentity) throws(FileError) {
    try write(failure, as: .failure, of: run)
  }

  /// Forgets what an earlier sitting left: a run that goes on has not failed, and its seal is not yet made.
  package func clearNotes(of run: RunIdentity) {
    for note in [Note.failure, .seal, .heartbeat] { removeNote(note, of: run) }
  }
}

extension RunStore {
  /// Small files of a run's folder that are no part of its result.
  package enum Note: String, CaseIterable, Sendable {
    /// Who is at work on the run.
    case lock = "run.lock"
    /// When a run that is under way was last alive, and where it was.
    case heartbeat = "heartbeat.json"
    /// Why a run ended without a result.
    case failure = "failure.json"
    /// Digests of a finished run's files.
    case seal = "seal.json"
  }

  /// The largest note that is read, in bytes.
  private static let largestNote = 1 << 16

  package func url(_ note: Note, of run: RunIdentity) -> URL {
    folder(for: run).appendingPathComponent(note.rawValue, isDirectory: false)
  }

  /// Writes a note whole or not at all. It makes no folder: where somebody removed the run's, none comes back.
  func write(_ value: some Encodable, as note: Note, of run: RunIdentity) throws(FileError) {
    let file = url(note, of: run)
    guard access(folder(for: run).path, F_OK) == 0 else { throw FileError(file, "its folder is no longer there") }
    try AtomicFile.write(try RunJSON.data(of: value, for: file), to: file)
  }

  /// Reads a note; nil where there is none or where it cannot be read. Nothing depends on a note alone.
  func note<Value: Decodable>(_ type: Value.Type, _ note: Note, of run: RunIdentity) -> Value? {
    guard let data = try? AtomicFile.read(url(note, of: run), limit: Self.largestNote) else { return nil }
    return try? RunJSON.decoder().decode(type, from: data)
  }

  func removeNote(_ note: Note, of run: RunIdentity) { unlink(url(note, of: run).path) }
}
