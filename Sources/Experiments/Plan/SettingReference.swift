import Configuration

/// One setting on the page of all settings: `aanet show --keys`.
package struct SettingReference: Sendable, Hashable, Encodable {
  /// Its dotted path; `[]` stands for an item of a list.
  package let path: String
  /// Which values there are.
  package let values: String
  /// The default as one line of YAML; nil where there is none.
  package let initial: String?
  /// What it does, in a sentence.
  package let meaning: String

  enum CodingKeys: String, CodingKey {
    case path, values, meaning
    case initial = "default"
  }

  /// Every setting, in the order in which settings are written.
  package static let all: [SettingReference] = rows(SettingsKeys.all, above: "")

  private static func rows(_ keys: [SettingDescription], above: String) -> [SettingReference] {
    keys.flatMap { key -> [SettingReference] in
      let path = above + key.name
      guard let within = key.within else { return [row(key, path)] }
      // What is a mapping and nothing else has no value of its own.
      let own = key.initial?.entries?.isEmpty == false ? [] : [row(key, path)]
      return own + rows(within, above: path + (key.isList ? "[]." : "."))
    }
  }

  private static func row(_ key: SettingDescription, _ path: String) -> SettingReference {
    SettingReference(path: path, values: key.words, initial: key.initial.map(YAML.inline), meaning: key.meaning)
  }

  /// The page as a table in Markdown.
  package static var markdown: String {
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    let rows = all.map { row in
      "| `\(row.path)` | \(cell(row.values)) | \(row.initial.map { "`\($0)`" } ?? "–") | \(cell(row.meaning)) |"
    }
    return (["| setting | values | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n") + "\n"
  }
}
