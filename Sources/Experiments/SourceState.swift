import Foundation
import Support

/// Which commit a project is at, and whether its files are those of the commit.
package struct SourceState: Codable, Hashable, Sendable {
  /// Empty where the project is in no repository.
  package var commit: String
  package var hasLocalChanges: Bool

  /// A project's as it is now.
  package init(of project: URL) {
    commit = Self.git(["rev-parse", "HEAD"], in: project) ?? ""
    let changes = commit.isEmpty ? nil : Self.git(["status", "--porcelain", "--untracked-files=no"], in: project)
    hasLocalChanges = changes.map { !$0.isEmpty } ?? false
  }

  private static let fileName = "source.json"

  /// Writes it into a folder of definitions that are kept as they are.
  package func write(to definitions: URL) throws(FileError) {
    let file = definitions.appendingPathComponent(Self.fileName, isDirectory: false)
    guard let data = try? JSONEncoder().encode(self) else { throw FileError(file, "cannot be written as JSON") }
    try AtomicFile.write(data + Data("\n".utf8), to: file)
  }

  /// What such a folder says; nil where it says nothing.
  package init?(keptIn definitions: URL) {
    let file = definitions.appendingPathComponent(Self.fileName, isDirectory: false)
    guard let data = try? AtomicFile.read(file, limit: 1 << 16),
      let kept = try? JSONDecoder().decode(SourceState.self, from: data)
    else { return nil }
    self = kept
  }

  /// Runs git directly, without a shell; nil where it is missing or says no.
  private static func git(_ arguments: [String], in folder: URL) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let ending = ProcessEnding(of: process)
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    ending.wait()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
