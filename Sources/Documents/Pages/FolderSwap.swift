import Foundation
import Support

/// Puts a folder of files in place whole: made beside the target, then swapped in.
package struct FolderSwap {
  package let target: URL
  /// Whether a file of that name may be replaced. A folder that holds anything else is not ours to take away.
  let isKnown: (String) -> Bool
  /// What the folder is, for messages: `report`.
  private let kind: String

  /// Looks at what is there.
  ///
  /// - Throws: a `PlainError` where the target is a file, or a folder with files of someone else.
  package init(_ folder: URL, of kind: String = "report", isKnown: @escaping (String) -> Bool) throws {
    (target, self.kind, self.isKnown) = (folder.resolvingSymlinksInPath().standardizedFileURL, kind, isKnown)
    try check()
  }

  private func check() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target.path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw PlainError("\(target.path.onOneLine) is a file: name a folder for the \(kind)")
    }
    let others = try FileManager.default.contentsOfDirectory(atPath: target.path).filter { !isKnown($0) }
    guard others.isEmpty else {
      throw PlainError(
        "\(target.path.onOneLine) holds files that are not a \(kind)'s (\(others.sorted()[0].onOneLine)): "
          + "name an empty or a new folder")
    }
  }

  /// Lets `make` fill a temporary folder with the files whose names it returns, and swaps it in.
  package func fill(_ make: (URL) throws -> [String]) throws -> [URL] {
    let files = FileManager.default
    let parent = target.deletingLastPathComponent()
    do {
      try files.createDirectory(at: parent, withIntermediateDirectories: true)
    } catch {
      throw PlainError("\(parent.path.onOneLine) cannot be made: \(error.localizedDescription)")
    }
    let mark =
      ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max))"
    let work = parent.appendingPathComponent(mark + ".new")
    let old = parent.appendingPathComponent(mark + ".old")
    try files.createDirectory(at: work, withIntermediateDirectories: false)
    defer { try? files.removeItem(at: work) }
    let names = try make(work)
    for name in names { try synchronize(work.appendingPathComponent(name)) }
    if files.fileExists(atPath: target.path) {
      try check()
      try files.moveItem(at: target, to: old)
      do {
        try files.moveItem(at: work, to: target)
      } catch {
        try files.moveItem(at: old, to: target)
        throw error
      }
      try? files.removeItem(at: old)
    } else {
      try files.moveItem(at: work, to: target)
    }
    return names.map { target.appendingPathComponent($0) }
  }

  private func synchronize(_ file: URL) throws {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    try handle.synchronize()
  }
}
