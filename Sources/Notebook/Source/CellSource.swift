import Configuration
import Support

/// A cell as its author wrote it: a fence of its kind, and settings in YAML between.
package struct CellSource: Sendable {
  /// Its kind: `table`.
  package var kind: String
  package var setting: Setting
  package var text: String
  package var location: SourceLocation

  /// Whether a word can name a cell: lower-case letters, digits and hyphens, a letter first, since files and links bear it.
  package static func isName(_ word: String) -> Bool { word.wholeMatch(of: /[a-z][a-z0-9-]{0,59}/) != nil }

  /// The settings that every cell may have: `name`, which references and files bear, and `caption`, which takes the place
  /// of its own.
  package static let commonKeys = ["name", "caption"]

  /// Its settings, checked against those of its kind.
  package func keys(_ known: String...) throws(ConfigurationError) -> KnownKeys {
    try KnownKeys(setting, known: known + Self.commonKeys)
  }

  /// What it is called; nil where its author does not say.
  func givenName() throws(ConfigurationError) -> String? {
    guard setting.value.entries != nil, let value = setting.value[key: "name"] else { return nil }
    let given = Setting(value, path: "name")
    let name = try given.string(maximum: 60)
    guard Self.isName(name) else {
      throw given.error("\(Wording.quoted(name)) is no name: lower-case letters, digits and hyphens, a letter first")
    }
    return name
  }

  /// The caption that its author gave it, in the notebook's Markdown.
  func givenCaption() throws(ConfigurationError) -> Prose? {
    guard setting.value.entries != nil, let value = setting.value[key: "caption"] else { return nil }
    let given = Setting(value, path: "caption")
    var source = SourceText(file: location.file ?? "")
    source.append(
      try given.string(maximum: 2000)[...], line: given.location?.line ?? location.line,
      column: given.location?.column ?? 1)
    return try Prose(source)
  }
}
