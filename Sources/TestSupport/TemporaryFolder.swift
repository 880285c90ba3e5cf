import Foundation

/// A folder of its own for one test, removed with everything in it when the test lets go of it.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let url: URL

  /// Makes the folder.
  ///
  /// - Throws: what `FileManager` throws where there is no room for it.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("aanet-\(UUID())", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file under the folder, making the folders on its way, and gives its place.
  @discardableResult
  public func write(_ bytes: [UInt8], to path: String) throws -> URL {
    let file = url.appendingPathComponent(path, isDirectory: false)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file
  }

  /// Writes a text file under the folder.
  @discardableResult
  public func write(_ text: String, to path: String) throws -> URL { try write(Array(text.utf8), to: path) }
}
