/// What is wrong with a configuration: where, at which key, why, and what to do.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it was written; nil where nothing was written, as for a file that cannot be read.
  package let location: SourceLocation?
  /// The dotted path of the setting, `tasks.part.binning`; empty where the fault is not one setting's.
  package let path: String
  /// What is wrong and what to do.
  package let reason: String

  /// States a fault.
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
