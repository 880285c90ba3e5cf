/// How a run stands: what its record, its lock, its heartbeat and its seal say together.
package struct RunStanding: Sendable {
  /// In a word.
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

  /// In a word.
  package var state: State
  /// Who is at work on a running run, where that is known.
  package var holder: RunHolder?
  /// Its last beat, where it is not finished.
  package var heartbeat: Heartbeat?
  /// Why it failed, where it did.
  package var failure: RunFailure?

  /// Where the file system keeps no locks, a run whose heart beat within so many seconds counts as running.
  package static let secondsOfLife = 120.0
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
    return RunStanding(state: .interrupted, heartbeat: heartbeat)
  }
}
