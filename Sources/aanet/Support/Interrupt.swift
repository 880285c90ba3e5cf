import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C (or a termination request) into an error at a moment when work can be undone.
///
/// Lasts until it is released; a second Ctrl-C does not kill the clearing up.
final class Interrupt {
  /// The person asked to stop.
  struct Raised: Error {}

  private final class Flag: Sendable {
    let isRaised = Atomic<Bool>(false)
  }

  private let flag = Flag()
  private let sources: [any DispatchSourceSignal]

  init() {
    let flag = flag
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { flag.isRaised.store(true, ordering: .relaxed) }
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }

  /// - Throws: ``Raised`` once a stop was asked for.
  func check() throws(Raised) {
    if flag.isRaised.load(ordering: .relaxed) { throw Raised() }
  }
}
