import Foundation

/// Who holds a run's lock: the content of `run.lock`.
package struct RunHolder: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The process's number on its machine.
  package var process: Int32
  /// The machine.
  package var host: String
  /// The command, as it was given.
  package var command: String
  /// Since when (ISO 8601).
  package var since: String

  /// Describes a holder.
  package init(process: Int32, host: String, command: String, since: String) {
    self.process = process
    self.host = host
    self.command = command
    self.since = since
  }

  /// This process, from now on.
  package static func current() -> RunHolder {
    let words = ProcessInfo.processInfo.arguments
    let program = words.first.map { URL(fileURLWithPath: $0).lastPathComponent }
    return RunHolder(
      process: getpid(), host: ProcessInfo.processInfo.hostName,
      command: ([program].compactMap { $0 } + words.dropFirst()).joined(separator: " "), since: Moment.now.text)
  }

  /// `process 1234 on kingfisher (aanet run quickstart/table3, since 2026-11-22T19:45:00Z)`, on one line.
  package var description: String {
    "process \(process) on \(Self.line(host)) (\(Self.line(command)), since \(Self.line(since)))"
  }

  /// A text that another process wrote, on one line and of a bounded length.
  private static func line(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(300).map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar("?")
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
