import Foundation
import Support

/// `failure.json`: why a run ended without a result. It is removed when the run goes on.
package struct RunFailure: Codable, Hashable, Sendable {
  /// What kind of end it was.
  package enum Kind: String, Codable, Sendable {
    /// Its numbers stopped being finite; the same settings end so again.
    case diverged
    /// Something else, such as a full disk.
    case error
  }

  /// What kind of end it was.
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

  /// Records a failure.
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
  ///
  /// - Throws: ``FileError``.
  package func writeFailure(_ failure: RunFailure, of run: RunIdentity) throws(FileError) {
    try write(failure, as: .failure, of: run)
  }

  /// Forgets what an earlier sitting left: a run that goes on has not failed, and its seal is not yet made.
  package func clearNotes(of run: RunIdentity) {
    for note in [Note.failure, .seal, .heartbeat] { removeNote(note, of: run) }
  }
}
