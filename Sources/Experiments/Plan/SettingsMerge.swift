import Configuration
import Models
import Support

/// Laying changes over settings, as `extends`, `variants` and overrides do.
///
/// A mapping is merged key by key; a list or a scalar takes the place of what was there. Two keys have a rule of
/// their own: a list under `tasks` says which of the tasks stay on, and `loss.weights` is replaced as a whole, since
/// a weight without its task is an error.
enum SettingsMerge {
  /// The settings under the changes.
  ///
  /// - Throws: `ConfigurationError` where a list under `tasks` names what is no task or not among the base's.
  static func merged(
    _ base: YAMLValue, with changes: YAMLValue, path: [String] = []
  ) throws(ConfigurationError) -> YAMLValue {
    if path == ["loss", "weights"] { return changes }
    if path == ["tasks"], changes.items != nil { return try selected(base, by: changes) }
    guard let entries = changes.entries, base.entries != nil else { return changes }
    var result = base
    result.location = changes.location
    for entry in entries {
      let inner = path + [entry.key]
      if let old = result[key: entry.key] {
        result[key: entry.key] = try merged(old, with: entry.value, path: inner)
      } else if inner == ["tasks"], entry.value.items != nil {
        result[key: entry.key] = try taskMapping(entry.value)
      } else {
        result[key: entry.key] = entry.value
      }
    }
    return result
  }

  /// A file's own settings, a list under `tasks` made a mapping: `[global, part]` is `{ global: {}, part: {} }`.
  static func normalized(_ settings: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    try merged(YAMLValue(.mapping([]), at: settings.location), with: settings)
  }

  /// Sets one value, making the mappings on the way to it; a scalar on the way gives place to a mapping.
  static func setting(
    _ path: ArraySlice<String>, to new: YAMLValue, in value: YAMLValue, above: [String] = []
  ) throws(ConfigurationError) -> YAMLValue {
    guard let key = path.first else { return try merged(value, with: new, path: above) }
    var result = value.entries == nil ? YAMLValue(.mapping([]), at: new.location) : value
    let inner = above + [key]
    let old = result[key: key]
    let rest = path.dropFirst()
    if let old {
      result[key: key] = try setting(rest, to: new, in: old, above: inner)
    } else if rest.isEmpty {
      result[key: key] = inner == ["tasks"] && new.items != nil ? try taskMapping(new) : new
    } else {
      result[key: key] = try setting(rest, to: new, in: YAMLValue(.mapping([]), at: new.location), above: inner)
    }
    return result
  }

  // MARK: Tasks as a list

  /// The base's tasks, those that the list does not name switched off at the list's place.
  private static func selected(_ base: YAMLValue, by list: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    let names = try names(in: list)
    // What is dropped must still be right: a fault in it would lie in wait until a variant takes it up again.
    _ = try Settings.Tasks(Setting(base, path: "tasks"))
    var result = YAMLValue(.mapping([]), at: list.location)
    for (name, item) in names where base[key: name].map({ Setting($0).isWord("none") }) ?? true {
      throw ConfigurationError(
        at: item.location, path: item.path,
        "there is no \(name) task to keep; the list chooses among the tasks of the settings below it, "
          + "and tasks: { \(name): {} } adds one")
    }
    for entry in base.entries ?? [] {
      let isKept = names.contains { $0.name == entry.key }
      let off = YAMLValue(.scalar(YAMLScalar("none", isPlain: true)), at: list.location)
      result[key: entry.key] = isKept ? entry.value : off
    }
    return result
  }

  private static func taskMapping(_ list: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    let entries = try names(in: list).map { name, item in
      YAMLEntry(name, YAMLValue(.mapping([]), at: item.location), keyLocation: item.location)
    }
    return YAMLValue(.mapping(entries), at: list.location)
  }

  private static func names(in list: YAMLValue) throws(ConfigurationError) -> [(name: String, item: Setting)] {
    var names: [(name: String, item: Setting)] = []
    for item in try Setting(list, path: "tasks").items(count: 1 ... .max) {
      let name: TaskName = try item.choice()
      guard !names.contains(where: { $0.name == name.rawValue }) else {
        throw item.error("\(name.rawValue) stands here twice")
      }
      names.append((name.rawValue, item))
    }
    return names
  }
}
