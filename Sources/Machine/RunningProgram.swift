import Foundation

/// The file of the program that runs this.
package enum RunningProgram {
  /// Opens as the program's own bytes, whatever has become of its file since it was started.
  package static let link = "/proc/self/exe"

  /// Where the program lies, or lay when it was started.
  package static var file: URL { URL(fileURLWithPath: link).resolvingSymlinksInPath() }

  /// The path of the program; nil where another stands there by now, as after it was built anew.
  package static var pathWhereItStands: String? {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else { return nil }
    var (running, standing) = (stat(), stat())
    guard stat(link, &running) == 0, stat(path, &standing) == 0,
      (running.st_dev, running.st_ino) == (standing.st_dev, standing.st_ino)
    else { return nil }
    return path
  }

  /// A file that lies beside the program.
  package static func sibling(_ name: String) -> URL {
    file.deletingLastPathComponent().appendingPathComponent(name, isDirectory: false)
  }
}
