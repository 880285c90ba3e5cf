import Support

/// A mapping whose keys have been checked against the known ones.
package struct KnownKeys: Sendable {
  /// The mapping itself.
  package let setting: Setting
  private let known: [String]

  /// Checks a mapping's keys.
  ///
  /// - Throws: ``ConfigurationError`` where it is no mapping, or at the first key that is not known, with the nearest
  ///   known one.
  package init(_ setting: Setting, known: [String]) throws(ConfigurationError) {
    guard let entries = setting.value.entries else { throw setting.mismatch("a mapping (key: value)") }
    for entry in entries where !known.contains(entry.key) {
      throw ConfigurationError(
        at: entry.keyLocation ?? setting.location, path: setting.path(of: entry.key),
        Wording.unknown("unknown key", entry.key, among: known))
    }
    self.setting = setting
    self.known = known
  }

  /// What stands under a key, if it is there.
  package subscript(key: String) -> Setting? {
    setting.value[key: key].map { Setting($0, path: setting.path(of: key)) }
  }

  /// What stands under a key that must be there.
  ///
  /// - Throws: ``ConfigurationError`` at the mapping where the key is absent.
  package func required(_ key: String) throws(ConfigurationError) -> Setting {
    guard let found = self[key] else {
      throw ConfigurationError(at: setting.location, path: setting.path(of: key), "is missing and has no default")
    }
    return found
  }
}
