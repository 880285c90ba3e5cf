import Foundation

/// A folder of its own for one test, removed with everything in it when the test process ends.
///
/// Not earlier: a test may go on using a file's place after it last mentions the folder, and Swift lets go of a value
/// at its last mention.
package struct TemporaryFolder: Sendable {
  /// Where it is.
  package let url: URL

  /// Makes the folder.
  ///
  /// - Throws: what `FileManager` throws where there is no room for it.
  package init() throws {
    url = Self.all.appendingPathComponent(UUID().uuidString, isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// The folder of all temporary folders of this process.
  private static let all: URL = {
    atexit { try? FileManager.default.removeItem(at: TemporaryFolder.place) }
    return place
  }()

  private static let place = FileManager.default.temporaryDirectory
    .appendingPathComponent("aanet-tests-\(ProcessInfo.processInfo.processIdentifier)", isDirectory: true)

  /// Writes a file under the folder, making the folders on its way, and gives its place.
  @discardableResult
  package func write(_ bytes: [UInt8], to path: String) throws -> URL {
    let file = url.appendingPathComponent(path, isDirectory: false)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  /// Copies a file, or a folder with all its files, to the same name under this folder. Bytes only: `copyItem` gives the
  /// owner, too, which only root may do where the original belongs to somebody else.
  package func copy(_ original: URL) throws {
    for path in [""] + (FileManager.default.subpaths(atPath: original.path) ?? []) {
      let file = path.isEmpty ? original : original.appendingPathComponent(path)
      if (try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true { continue }
      try write([UInt8](Data(contentsOf: file)), to: original.lastPathComponent + (path.isEmpty ? "" : "/\(path)"))
    }
  }

  /// The path of every file below the folder, hidden ones too, in order.
  package func files() -> [String] {
    (FileManager.default.subpaths(atPath: url.path) ?? []).filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: url.appendingPathComponent(path).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  /// Writes a text file under the folder.
  @discardableResult
  package func write(_ text: String, to path: String) throws -> URL { try write(Array(text.utf8), to: path) }
}
