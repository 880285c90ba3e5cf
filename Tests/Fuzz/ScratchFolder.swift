import Foundation

/// A folder in memory where there is one (`/dev/shm`), since what reads files is fed some thousand a second.
final class ScratchFolder {
  /// The folder, of this process alone.
  let url: URL

  /// Makes the folder.
  init(_ name: String) throws {
    var isFolder: ObjCBool = false
    let memory = URL(fileURLWithPath: "/dev/shm", isDirectory: true)
    let isThere = FileManager.default.fileExists(atPath: memory.path, isDirectory: &isFolder) && isFolder.boolValue
    url = (isThere ? memory : FileManager.default.temporaryDirectory)
      .appendingPathComponent("aanet-fuzz-\(name)-\(getpid())", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file of the folder, over what was there.
  func write(_ bytes: [UInt8], to name: String) throws -> URL {
    let file = url.appendingPathComponent(name, isDirectory: false)
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    guard bytes.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
      throw CocoaError(.fileWriteUnknown)
    }
    return file
  }
}
