import Configuration
import Layers
import Support

/// Which keys there are: the tree of the most settings that there can be.
///
/// Keys are checked with it before settings are merged, so that a typing error is found even in what a variant
/// drops, and overrides are checked with it before anything is read.
enum SettingsKeys {
  /// Settings with every key: all tasks on, fixed weights beside what is said of learned ones, re-ranking.
  static let tree: YAMLValue = {
    let fixed = Settings.Loss(weights: .fixed(Dictionary(uniqueKeysWithValues: TaskName.allCases.map { ($0, 1) })))
    var tree = Settings(dataset: "any", evaluate: .init(rerank: .init())).yaml
    tree[key: "loss"]?[key: "weights"] = fixed.yaml[key: "weights"]
    return tree
  }()

  /// The settings' own keys at the top of a file.
  static let top = (tree.entries ?? []).map(\.key)

  /// Checks every key of some settings, which may be partial.
  ///
  /// - Throws: `ConfigurationError` at the first unknown key, with the nearest known one.
  static func check(_ setting: Setting, against tree: YAMLValue = tree) throws(ConfigurationError) {
    guard let known = tree.entries, setting.value.entries != nil else { return }
    _ = try KnownKeys(setting, known: known.map(\.key))
    for entry in setting.value.entries ?? [] {
      guard let inner = tree[key: entry.key] else { continue }
      try check(Setting(entry.value, path: setting.path(of: entry.key)), against: inner)
    }
  }

  /// Checks that a dotted path leads to a setting.
  ///
  /// - Parameter extra: further words that are known at the top, such as `seeds`.
  /// - Throws: `ConfigurationError` with the nearest path or the words that are known where it goes wrong.
  static func check(path: [String], extra: [String], at location: SourceLocation) throws(ConfigurationError) {
    var current = tree
    for (index, word) in path.enumerated() {
      if index == 0, path.count == 1, extra.contains(word) { return }
      guard let entries = current.entries else {
        let leaf = path[..<index].joined(separator: ".")
        throw ConfigurationError(at: location, path: path.joined(separator: "."), "\(leaf) has no settings within it")
      }
      guard let next = current[key: word] else {
        let shown = path[...index].joined(separator: ".")
        let known = entries.map(\.key) + (index == 0 ? extra : [])
        if Wording.nearest(to: word, in: known) == nil, let whole = paths.first(where: { $0.last == path.last }) {
          throw ConfigurationError(
            at: location, path: shown, "unknown setting; did you mean '\(whole.joined(separator: "."))'?")
        }
        throw ConfigurationError(at: location, path: shown, Wording.unknown("unknown setting", word, among: known))
      }
      current = next
    }
  }

  /// Every path of the tree, the shorter ones first.
  private static let paths: [[String]] = {
    func paths(_ value: YAMLValue, _ above: [String]) -> [[String]] {
      (value.entries ?? []).flatMap { [above + [$0.key]] + paths($0.value, above + [$0.key]) }
    }
    return paths(tree, []).sorted { $0.count < $1.count }
  }()
}
