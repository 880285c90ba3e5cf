import Foundation

/// Waiting for a process without a run loop, whose deadlines are times of day: where somebody sets the clock,
/// `waitUntilExit` can wait for as long as the clock was put back.
package final class ProcessEnding: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Watches over a process that is not started yet.
  package init(of process: Process) {
    process.terminationHandler = { [semaphore] _ in semaphore.signal() }
  }

  /// Returns once the process has ended.
  package func wait() {
    semaphore.wait()
    semaphore.signal()  // whoever asks again knows it at once
  }
}
