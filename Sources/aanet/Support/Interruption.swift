import Foundation
import Synchronization

/// Ctrl-C and SIGTERM ask to stop; the work in hand is finished and saved. A second one stops at once.
enum Interruption {
  private static let asked = Atomic<Int>(0)

  /// Starts to listen, even where whoever started the program left it deaf to these signals.
  static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // Only what is safe in a signal handler: an atomic addition and, the second time, leaving.
        if Interruption.asked.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
  }

  /// Whether somebody asked to stop.
  static var isAsked: Bool { asked.load(ordering: .relaxed) > 0 }
}
