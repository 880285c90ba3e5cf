import Foundation

extension AtomicFile {
  private static let ending = ".tmp"

  /// The name that a file bears while it is written: hidden, of its own, and saying of which file it is.
  static func temporaryName(for file: URL) -> String {
    // Cut, so that a name as long as the file system allows can be written too.
    let name = String(decoding: file.lastPathComponent.utf8.prefix(100), as: UTF8.self)
    return ".\(name).\(UUID().uuidString)\(ending)"
  }

  /// The file that a temporary name is for, as far as the name tells; nil where it is none that an ``AtomicFile`` takes.
  package static func target(ofTemporary name: String) -> String? {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return nil }
    let parts = name.dropFirst().dropLast(ending.count).split(separator: ".", omittingEmptySubsequences: false)
    guard let mark = parts.last, UUID(uuidString: String(mark)) != nil else { return nil }
    return parts.dropLast().joined(separator: ".")
  }

  /// Removes what a killed process left half-written in a folder, and counts it.
  ///
  /// Only for who knows that nobody else is writing there.
  @discardableResult
  package static func sweep(_ folder: URL) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.count { name in
      target(ofTemporary: name) != nil && unlink(folder.appendingPathComponent(name, isDirectory: false).path) == 0
    }
  }
}
