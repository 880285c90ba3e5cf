import ArgumentParser

/// How a command prints what it found.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  /// Columns for the eye.
  case table
  /// One JSON value for a program.
  case json
}
