import Configuration
import Support
import YAML

/// A change from the command line: `train.epochs=5`, `'seeds=[1]'`, `loss.weights=uncertainty`.
///
/// It is laid over the file and what that extends; where a variant sets the same path, the override wins there too.
package struct Override: Sendable, Hashable {
  /// The keys on the way to the setting.
  package let path: [String]
  /// The value: a list or a mapping where it was typed as one, else one scalar, whole.
  package let value: YAMLValue
  /// What was typed.
  package let text: String

  /// The words that can be overridden beside the settings.
  static let extra = ["seeds", "keep"]

  /// Reads `path=value`.
  ///
  /// - Throws: `ConfigurationError` where there is no `=`, no value, or no such setting, or where a list or a mapping is
  ///   no YAML. Blanks alone are no value: whether nothing or an empty text were meant nobody could tell.
  package init(_ text: String) throws(ConfigurationError) {
    let location = SourceLocation(override: text)
    let equals = text.firstIndex(of: "=") ?? text.endIndex
    let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard equals < text.endIndex, !path.contains("") else {
      throw ConfigurationError(at: location, "an override has the form path=value, as in train.epochs=5")
    }
    let known = try SettingsKeys.check(path: path, extra: Self.extra, at: location)
    let typed = String(text[text.index(after: equals)...])
    guard !typed.allSatisfy(\.isWhitespace) else {
      throw ConfigurationError(at: location, path: path.joined(separator: "."), "has no value after the '='")
    }
    value = try YAML.parse(typed: typed, source: .override(text), limits: YAMLLimits(bytes: 1 << 16))
    self.path = path
    self.text = text
    if let word = path.first, path.count == 1, Self.extra.contains(word) { return }
    // The value may itself hold keys.
    try SettingsKeys.check(Setting(value, path: path.joined(separator: ".")), against: known)
  }

  /// The override as changes of single settings: a mapping is taken apart into its entries, but for `loss.weights`,
  /// which is replaced as a whole.
  var leaves: [(path: [String], value: YAMLValue)] {
    func leaves(_ path: [String], _ value: YAMLValue) -> [(path: [String], value: YAMLValue)] {
      guard let entries = value.entries, !entries.isEmpty, path != ["loss", "weights"] else { return [(path, value)] }
      return entries.flatMap { leaves(path + [$0.key], $0.value) }
    }
    return leaves(path, value)
  }

  /// Lays the override over settings.
  func applied(to settings: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    var result = settings
    for leaf in leaves { result = try SettingsMerge.setting(leaf.path[...], to: leaf.value, in: result) }
    return result
  }

  /// Takes the place of what a variant says on the same path; elsewhere the variant stays as it is.
  func replaced(in variant: YAMLValue) -> YAMLValue {
    leaves.reduce(variant) { Self.replace($1.path[...], with: $1.value, in: $0) }
  }

  private static func replace(_ path: ArraySlice<String>, with new: YAMLValue, in value: YAMLValue) -> YAMLValue {
    guard let key = path.first else { return new }
    guard let old = value[key: key] else { return value }
    var result = value
    result[key: key] = replace(path.dropFirst(), with: new, in: old)
    return result
  }
}
