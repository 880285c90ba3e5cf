/// Where a setting was written: a place in a file, or an override on the command line.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// What kind of text the place is in.
  public enum Source: Hashable, Sendable {
    /// A file, as it is shown to the person.
    case file(String)
    /// An override on the command line, `train.epochs=5`.
    case override(String)
  }

  /// The file, or the override.
  public let source: Source
  /// The line, counted from 1.
  public let line: Int
  /// The character within the line, counted from 1.
  public let column: Int

  /// A place in a file; `line` and `column` count from 1.
  public init(file: String, line: Int, column: Int) {
    self.init(source: .file(file), line: line, column: column)
  }

  /// An override on the command line, as it was typed.
  public init(override: String) { self.init(source: .override(override), line: 1, column: 1) }

  init(source: Source, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }

  /// The file's name; nil for an override.
  public var file: String? {
    if case .file(let name) = source { name } else { nil }
  }

  /// `experiments/quickstart/table3.yaml:7:12`, or ``command line, override `train.epochs=5` ``.
  public var description: String {
    switch source {
    case .file(let name): "\(Wording.printable(name)):\(line):\(column)"
    case .override(let text): "command line, override `\(Wording.printable(text))`"
    }
  }
}
