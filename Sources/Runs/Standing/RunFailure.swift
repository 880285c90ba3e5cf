import Foundation

/// `failure.json`: why a run ended without a result. It is removed when the run goes on.
public struct RunFailure: Codable, Hashable, Sendable {
  /// What kind of end it was.
  public enum Kind: String, Codable, Sendable {
    /// Its numbers stopped being finite; the same settings end so again.
    case diverged
    /// Something else, such as a full disk.
    case error
  }

  /// What kind of end it was.
  public var kind: Kind
  /// What happened, as it was said when it happened.
  public var reason: String
  /// The epoch, counted from 1, where the numbers stopped being finite.
  public var epoch: Int?
  /// The step of that epoch, counted from 1.
  public var step: Int?
  /// The task whose loss it was.
  public var task: String?
  /// The first layer, or parameter, that is not finite.
  public var layer: String?
  /// The last good checkpoint's place: `epoch 3, step 0`.
  public var checkpoint: String?
  /// When (ISO 8601).
  public var when: String

  /// Records a failure.
  public init(
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
  public func failure(of run: RunIdentity) -> RunFailure? { note(RunFailure.self, .failure, of: run) }

  /// Records why a run ended without a result.
  ///
  /// - Throws: ``RunStoreError``.
  public func writeFailure(_ failure: RunFailure, of run: RunIdentity) throws(RunStoreError) {
    try write(failure, as: .failure, of: run)
  }

  /// Forgets what an earlier sitting left: a run that goes on has not failed, and its seal is not yet made.
  public func clearNotes(of run: RunIdentity) {
    for note in [Note.failure, .seal, .heartbeat] { removeNote(note, of: run) }
  }
}
