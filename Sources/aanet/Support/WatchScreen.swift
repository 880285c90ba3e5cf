import ArgumentParser
import Foundation
import Support
import Synchronization
import Viewers

/// Where pictures of runs go: a terminal, which is given back as it was, or a file, a line each time.
final class WatchScreen {
  private let title: String
  private let seconds: Double
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var isOpen = false
  private var told: SuspendingClock.Instant?
  private var size: (columns: Int, rows: Int) = (80, 24)

  /// How often the runs are looked at for a file; what is new to whoever waits for the end.
  private static let secondsBetweenLooks = 5.0
  /// How soon a key or a new size of the window is answered.
  private static let reaction: UInt32 = 100_000

  /// Somebody stopped the program by Ctrl-Z.
  private static let isStopped = Atomic<Bool>(false)

  init(title: String, every: Double?) {
    self.title = title
    seconds = every ?? (isTerminal ? 2 : 60)
    if isTerminal {
      _ = Self.isStopped.load(ordering: .relaxed)
      signal(SIGTSTP) { _ in WatchScreen.isStopped.store(true, ordering: .relaxed) }
    }
  }

  /// Draws a picture; into a file, where it is time for another line.
  func show(_ picture: WatchPicture) throws {
    guard isTerminal else {
      if let told, told.duration(to: .now) < .seconds(seconds) { return }
      told = .now
      return try write(picture.line(title: title) + "\n")
    }
    size = Console.size
    let lines = picture.lines(title: title, columns: size.columns, rows: size.rows)
    // A screen of its own, without a cursor; each line up to its end, and nothing below.
    let start = isOpen ? "" : "\u{1b}[?1049h\u{1b}[?25l"
    isOpen = true
    try write(start + "\u{1b}[H" + lines.map { "\($0)\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
  }

  /// Waits until it is time to look again, until somebody asks to stop, or until the window has another size.
  func pause(atMost limit: Double?) {
    let look = isTerminal ? seconds : min(seconds, Self.secondsBetweenLooks)
    let end = SuspendingClock.now + .seconds(max(0, min(look, limit ?? look)))
    while SuspendingClock.now < end, !Interruption.isAsked {
      if Self.isStopped.exchange(false, ordering: .relaxed) { return stop() }
      if isTerminal, Console.size != size { return }
      usleep(Self.reaction)
    }
  }

  /// Gives the terminal back, and leaves the last picture standing; in a file the last line.
  func end(with picture: WatchPicture) throws {
    if isTerminal {
      close()
      let size = Console.size
      let lines = picture.lines(title: title, columns: size.columns, rows: max(1, size.rows - 1))
      try write(lines.joined(separator: "\n") + "\n")
    } else {
      try write(picture.line(title: title) + "\n")
    }
  }

  /// Stops as Ctrl-Z wants it, with the terminal as it was before.
  private func stop() {
    close()
    raise(SIGSTOP)
  }

  private func close() {
    if isOpen { try? write("\u{1b}[?25h\u{1b}[?1049l") }
    isOpen = false
  }

  private func write(_ text: String) throws {
    do { try FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) } catch {
      // Nobody reads any more, or the terminal is gone.
      throw ExitCode(128 + SIGPIPE)
    }
  }
}
