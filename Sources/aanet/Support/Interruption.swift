import Foundation
import Synchronization

/// Signals that ask to stop: the work in hand is finished and saved.
///
/// Ctrl-C and SIGTERM come from a person, and a second one ends the program at once. SIGHUP (the terminal is lost) and
/// SIGUSR1 (a batch system's warning that time runs out) come from a system, SIGHUP often twice for one loss: from the
/// terminal and from the shell. However often they come, the program saves first.
enum Interruption {
  private static let asked = Atomic<Bool>(false)
  private static let insisted = Atomic<Int>(0)

  /// Starts to listen, to Ctrl-C and SIGTERM even where whoever started the program left it deaf to them. The other two
  /// stay ignored where they were, as `nohup` wants it.
  static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // Made here, so that no handler is the first to ask for them.
    _ = (asked.load(ordering: .relaxed), insisted.load(ordering: .relaxed))
    // Only what is safe in a signal handler: atomic changes and, the second time, leaving.
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.asked.store(true, ordering: .relaxed)
        if Interruption.insisted.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
    for number in [SIGHUP, SIGUSR1] where !isIgnored(number) {
      signal(number) { _ in Interruption.asked.store(true, ordering: .relaxed) }
    }
  }

  /// Asks to stop when the standard input ends: whoever started this process holds its other end.
  static func followInput() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        guard count > 0 || (count < 0 && errno == EINTR) else { break }
      }
      asked.store(true, ordering: .relaxed)
    }
  }

  /// Whether somebody asked to stop.
  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// Lets the work go on where nobody reads any more what it says (`aanet run … | head`): writing there fails from now
  /// on, instead of ending the program. A handler does that, and not ignoring the signal, which would be passed on to the
  /// programs that this one starts.
  static func outliveReaders() { signal(SIGPIPE) { _ in } }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
