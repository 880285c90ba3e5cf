import Configuration
import Support

/// Which keys there are.
///
/// Keys are checked before settings are merged, so that a typing error is found even in what a variant drops, and
/// overrides are checked before anything is read.
enum SettingsKeys {
  /// All settings, as the types that they are read into list them.
  static let all = Settings.keys.map(\.description)

  /// The settings' own keys at the top of a file.
  static let top = all.map(\.name)

  /// Checks every key of some settings, which may be partial.
  ///
  /// - Throws: `ConfigurationError` at the first unknown key, with the nearest known one.
  static func check(_ setting: Setting, against known: [SettingDescription]? = all) throws(ConfigurationError) {
    guard let known else { return }
    // Tasks may be a list, some of them with settings.
    if setting.path == "tasks", let items = setting.value.items {
      for item in items { try check(Setting(item, path: setting.path), against: known) }
    }
    guard setting.value.entries != nil else { return }
    _ = try KnownKeys(setting, known: known.map(\.name))
    for entry in setting.value.entries ?? [] {
      guard let inner = known.first(where: { $0.name == entry.key }) else { continue }
      try check(Setting(entry.value, path: setting.path(of: entry.key)), against: inner.keys)
    }
  }

  /// Checks that a dotted path leads to a setting.
  ///
  /// - Parameter extra: further words that are known at the top, such as `seeds`.
  /// - Returns: the keys that may stand within it; nil for a single value.
  /// - Throws: `ConfigurationError` with the nearest path or the words that are known where it goes wrong.
  @discardableResult
  static func check(
    path: [String], extra: [String], at location: SourceLocation
  ) throws(ConfigurationError) -> [SettingDescription]? {
    var current: [SettingDescription]? = all
    for (index, word) in path.enumerated() {
      if index == 0, path.count == 1, extra.contains(word) { return nil }
      guard let keys = current else {
        let leaf = path[..<index].joined(separator: ".")
        throw ConfigurationError(at: location, path: path.joined(separator: "."), "\(leaf) has no settings within it")
      }
      guard let next = keys.first(where: { $0.name == word }) else {
        let shown = path[...index].joined(separator: ".")
        let known = keys.map(\.name) + (index == 0 ? extra : [])
        if Wording.nearest(to: word, in: known) == nil, let whole = paths.first(where: { $0.last == path.last }) {
          throw ConfigurationError(
            at: location, path: shown, "unknown setting; did you mean '\(whole.joined(separator: "."))'?")
        }
        throw ConfigurationError(at: location, path: shown, Wording.unknown("unknown setting", word, among: known))
      }
      current = next.keys
    }
    return current
  }

  /// Every path, the shorter ones first.
  private static let paths: [[String]] = {
    func paths(_ keys: [SettingDescription], _ above: [String]) -> [[String]] {
      keys.flatMap { [above + [$0.name]] + paths($0.keys ?? [], above + [$0.name]) }
    }
    return paths(all, []).sorted { $0.count < $1.count }
  }()
}
