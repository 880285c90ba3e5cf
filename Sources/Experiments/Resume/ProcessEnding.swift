import Foundation

/// Waiting for a process without a run loop, whose deadlines are times of day: where somebody sets the clock,
/// `waitUntilExit` can wait for as long as the clock was put back.
final class ProcessEnding: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Watches over a process that is not started yet.
  init(of process: Process) {
    process.terminationHandler = { [semaphore] _ in semaphore.signal() }
  }

  /// Returns once the process has ended.
  func wait() {
    semaphore.wait()
    semaphore.signal()  // whoever asks again knows it at once
  }
}
