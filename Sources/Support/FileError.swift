import Foundation

/// What is wrong with a file, such as one of a run.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let file: URL
  /// The line, counted from 1, where the fault is one line's.
  package let line: Int?
  /// What is wrong and what to do.
  package let reason: String

  /// States a fault of a file.
  package init(_ file: URL, line: Int? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// `file:line: reason`.
  package var description: String { "\(file.path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}
