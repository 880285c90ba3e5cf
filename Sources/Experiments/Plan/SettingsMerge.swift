import Configuration
import Models
import Support

/// Laying changes over settings, as `extends`, `variants` and overrides do.
///
/// A mapping is merged key by key; a list or a scalar takes the place of what was there. Three keys have a rule of
/// their own: a name under `dataset` is the mapping's `name`, so that another name leaves what stands beside it; a list
/// under `tasks` says which of the tasks stay on, and with `{ strips: { parts: 4 } }` which are changed or come to them;
/// `loss.weights` is replaced as a whole, since a weight without its task is an error.
enum SettingsMerge {
  /// The settings under the changes.
  ///
  /// - Throws: `ConfigurationError` where a list under `tasks` names what is no task or not among the base's.
  static func merged(
    _ base: YAMLValue, with changes: YAMLValue, path: [String] = []
  ) throws(ConfigurationError) -> YAMLValue {
    if path == ["loss", "weights"] { return changes }
    if path == ["tasks"], changes.items != nil { return try selected(base, by: changes) }
    if path == ["dataset"], (base.entries == nil) != (changes.entries == nil) {
      return try merged(named(base), with: named(changes), path: path)
    }
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
    let value = above == ["dataset"] ? named(value) : value
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

  /// A dataset's name as a mapping.
  private static func named(_ dataset: YAMLValue) -> YAMLValue {
    guard dataset.entries == nil else { return dataset }
    return YAMLValue(.mapping([YAMLEntry("name", dataset, keyLocation: dataset.location)]), at: dataset.location)
  }

  // MARK: Tasks as a list

  /// The base's tasks, those that the list does not name switched off at the list's place.
  private static func selected(_ base: YAMLValue, by list: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    let items = try items(of: list)
    // What is dropped must still be right: a fault in it would lie in wait until a variant takes it up again.
    _ = try Settings.Tasks(Setting(base, path: "tasks"))
    var result = YAMLValue(.mapping([]), at: list.location)
    func isOff(_ name: String) -> Bool { base[key: name].map { Setting($0).isWord("none") } ?? true }
    for (name, own, item) in items where own == nil && isOff(name) {
      throw ConfigurationError(
        at: item.location, path: item.path,
        "there is no \(name) task to keep; the list chooses among the tasks of the settings below it, "
          + "and { \(name): {} } in it adds one")
    }
    for entry in base.entries ?? [] where !items.contains(where: { $0.name == entry.key }) {
      result[key: entry.key] = YAMLValue(.scalar(YAMLScalar("none", isPlain: true)), at: list.location)
    }
    for (name, own, _) in items {
      let old = isOff(name) ? nil : base[key: name]
      result[key: name] =
        try own.map { own throws(ConfigurationError) in
          try merged(old ?? YAMLValue(.mapping([]), at: own.location), with: own, path: ["tasks", name])
        } ?? old
    }
    return result
  }

  private static func taskMapping(_ list: YAMLValue) throws(ConfigurationError) -> YAMLValue {
    let entries = try items(of: list).map { name, own, item in
      YAMLEntry(name, own ?? YAMLValue(.mapping([]), at: item.location), keyLocation: item.location)
    }
    return YAMLValue(.mapping(entries), at: list.location)
  }

  /// The tasks of a list: each a word, or a mapping of the word to settings.
  private static func items(
    of list: YAMLValue
  ) throws(ConfigurationError) -> [(name: String, own: YAMLValue?, item: Setting)] {
    var found: [(name: String, own: YAMLValue?, item: Setting)] = []
    for item in try Setting(list, path: "tasks").items(count: 1 ... .max) {
      let name: String
      var own: YAMLValue?
      if item.value.entries != nil {
        _ = try KnownKeys(item, known: TaskName.allCases.map(\.rawValue))
        guard let entry = item.value.entries?.first, item.value.entries?.count == 1 else {
          throw item.error("a task in a list is its name, or its name with settings: { part: { parts: 4 } }")
        }
        (name, own) = (entry.key, entry.value)
      } else {
        let task: TaskName = try item.choice()
        name = task.rawValue
      }
      guard !found.contains(where: { $0.name == name }) else { throw item.error("\(name) stands here twice") }
      found.append((name, own, item))
    }
    return found
  }
}
