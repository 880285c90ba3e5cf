import Foundation

/// A terminal with nobody at it.
final class PseudoTerminal {
  /// The side that a program writes to.
  let handle: FileHandle
  private var master: Int32
  private var seen: [UInt8] = []

  init(columns: UInt16) throws {
    // What posix_openpt(3), unlockpt(3) and ptsname(3) do, which Swift's view of stdlib.h leaves out.
    let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    var (locked, number): (Int32, Int32) = (0, 0)
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard master >= 0, ioctl(master, unlock, &locked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw Missing()
    }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard slave >= 0, ioctl(slave, UInt(TIOCSWINSZ), &size) == 0 else { throw Missing() }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    handle = FileHandle(fileDescriptor: slave, closeOnDealloc: true)
  }

  deinit { lose() }

  /// Takes the terminal away, as the end of a connection does; whoever still writes to it is refused.
  func lose() {
    if master >= 0 { close(master) }
    master = -1
  }

  struct Missing: Error {}

  /// All that was written so far.
  func read() -> String {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(master, &piece, piece.count)
      guard count > 0 else { return String(decoding: seen, as: UTF8.self) }
      seen += piece[..<count]
    }
  }
}
