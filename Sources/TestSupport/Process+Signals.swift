import Foundation

extension Process {
  /// Starts a process that hears all signals. A thread of Swift's pool hears hardly any, and what it starts inherits that.
  package func runHearingSignals() throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
