import Foundation

/// What is wrong with a file of a run.
public struct RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: URL
  /// The line, counted from 1, where the fault is one line's.
  public let line: Int?
  /// What is wrong and what to do.
  public let reason: String

  /// States a fault of a file.
  public init(_ file: URL, line: Int? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  /// `file:line: reason`.
  public var description: String { "\(file.path)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}
