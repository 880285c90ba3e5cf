import Foundation

extension Console {
  /// The columns of the terminal that standard output goes to; 100 where it goes elsewhere.
  static var width: Int { columns(STDOUT_FILENO) ?? 100 }

  /// The columns of the terminal that progress is shown on; 80 where it does not say.
  static var progressWidth: Int { columns(STDERR_FILENO) ?? 80 }

  /// The columns and rows of the terminal that standard output goes to; 80 and 24 where it does not say.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  private static func columns(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
