import Support

/// What kept a report from being made: what is wrong, where, and what to do about it.
package struct ReportError: Error, CustomStringConvertible, Sendable {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// What is said of a word that is none of the known ones: what it is taken for, the word, and the nearest.
  package static func unknown(_ what: String, _ word: String, among known: [String]) -> String {
    Wording.unknown("\(what) \(Wording.quoted(word))", word, among: known)
  }
}
