/// What is wrong with a configuration: where, at which key, why, and what to do.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it was written; nil where nothing was written, as for a file that cannot be read.
  package let location: SourceLocation?
  /// The dotted path of the setting, `tasks.part.binning`; empty where the fault is not one setting's.
  package let path: String
  /// What is wrong and what to do.
  package let reason: String

  package init(at location: SourceLocation?, path: String = "", _ reason: String) {
    self.location = location
    self.path = path
    self.reason = reason
  }

  /// `file:line:column: path: reason`, without what is not known.
  package var description: String {
    var parts: [String] = []
    if let location { parts.append(location.description) }
    if !path.isEmpty { parts.append(Wording.printable(path)) }
    parts.append(reason)
    return parts.joined(separator: ": ")
  }
}

/// Where a setting was written: a place in a file, or an override on the command line.
package struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// What kind of text the place is in.
  package enum Source: Hashable, Sendable {
    /// A file, as it is shown to the person.
    case file(String)
    /// An override on the command line, `train.epochs=5`.
    case override(String)
  }

  package let source: Source
  /// The line, counted from 1.
  package let line: Int
  /// The character within the line, counted from 1.
  package let column: Int

  /// A place in a file; `line` and `column` count from 1.
  package init(file: String, line: Int, column: Int) {
    self.init(source: .file(file), line: line, column: column)
  }

  /// An override on the command line, as it was typed.
  package init(override: String) { self.init(source: .override(override), line: 1, column: 1) }

  package init(source: Source, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }

  /// The file's name; nil for an override.
  package var file: String? {
    if case .file(let name) = source { name } else { nil }
  }

  /// `experiments/quickstart/table3.yaml:7:12`, or ``command line, override `train.epochs=5` ``.
  package var description: String {
    switch source {
    case .file(let name): "\(Wording.printable(name)):\(line):\(column)"
    case .override(let text): "command line, override `\(Wording.printable(text))`"
    }
  }
}
