import Support

/// Settings that are written once: from the list of their keys follow how they are read and written, which keys are
/// known, and the page that explains them.
package protocol Configurable: Hashable, Sendable {
  /// Every setting at its default.
  init()
  /// The keys, in the order in which they are read and written.
  static var keys: [Key<Self>] { get }
  /// Lays a mapping over the settings as they are.
  ///
  /// - Throws: ``ConfigurationError`` at the first unknown key, wrong type or value out of range.
  mutating func read(_ setting: Setting) throws(ConfigurationError)
}

extension Configurable {
  /// Reads a mapping; a key that is not there has its default.
  ///
  /// - Throws: ``ConfigurationError`` at the first unknown key, wrong type or value out of range.
  package init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    try read(setting)
  }

  package mutating func read(_ setting: Setting) throws(ConfigurationError) { try readKeys(setting) }

  /// Lays each key that a mapping has over the settings.
  package mutating func readKeys(_ setting: Setting) throws(ConfigurationError) {
    let keys = Self.keys
    let found = try KnownKeys(setting, known: keys.map(\.name))
    for key in keys {
      if let value = key.isRequired ? try found.required(key.name) : found[key.name] { try key.read(value, &self) }
    }
  }

  /// The settings as a mapping in the keys' order: equal settings give equal text.
  package var yaml: YAMLValue {
    .mapping(Self.keys.compactMap { key in key.write(self).map { (key.name, $0) } })
  }
}

/// One setting of some settings.
package struct Key<Root: Configurable>: Sendable {
  /// The name in YAML.
  package let name: String
  /// What is known of it without a value: its form, its default, what it means.
  package let description: SettingDescription
  /// Whether it must be written.
  let isRequired: Bool
  let read: @Sendable (Setting, inout Root) throws(ConfigurationError) -> Void
  /// nil where there is nothing to write.
  let write: @Sendable (Root) -> YAMLValue?

  /// - Parameters:
  ///   - path: where the value is kept.
  ///   - form: which values there are.
  ///   - meaning: what it does, in a sentence.
  ///   - isRequired: whether it has no default and must be written.
  ///   - isYounger: whether runs are on people's disks whose plans do not know it. It is then written where it differs
  ///     from its default alone, so that the text, and with it the hash, of those plans stays.
  package init<Value: Equatable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ form: Form<Value>, _ meaning: String,
    isRequired: Bool = false, isYounger: Bool = false
  ) {
    let initial = Root()[keyPath: path]
    self.init(
      name, form.words, within: form.within, meaning, initial: isRequired ? nil : form.write(initial),
      isRequired: isRequired
    ) { setting, root throws(ConfigurationError) in
      root[keyPath: path] = try form.read(setting, root[keyPath: path])
    } write: { root in
      isYounger && root[keyPath: path] == initial ? nil : form.write(root[keyPath: path])
    }
  }

  /// A setting whose reading needs more than its own value.
  package init(
    _ name: String, _ words: String, within: [SettingDescription]? = nil, isList: Bool = false, _ meaning: String,
    initial: YAMLValue?, isRequired: Bool = false,
    read: @escaping @Sendable (Setting, inout Root) throws(ConfigurationError) -> Void,
    write: @escaping @Sendable (Root) -> YAMLValue?
  ) {
    self.name = name
    description = SettingDescription(
      name: name, words: words, initial: initial, meaning: meaning, within: within, isList: isList)
    self.isRequired = isRequired
    self.read = read
    self.write = write
  }

  /// The key as one of settings that have these only sometimes: what is written beside that is checked, and has no
  /// effect.
  package func part<Outer: Configurable>(of path: any WritableKeyPath<Outer, Root?> & Sendable) -> Key<Outer> {
    Key<Outer>(
      name, description.words, within: description.within, description.meaning, initial: description.initial
    ) { setting, outer throws(ConfigurationError) in
      var root = outer[keyPath: path] ?? Root()
      try self.read(setting, &root)
      if outer[keyPath: path] != nil { outer[keyPath: path] = root }
    } write: { outer in
      outer[keyPath: path].flatMap(self.write)
    }
  }
}

/// What is known of a setting before anybody has written it.
package struct SettingDescription: Sendable {
  /// The name in YAML.
  package let name: String
  /// Which values there are: `whole number, 1 to 64`.
  package let words: String
  /// The default; nil where there is none.
  package let initial: YAMLValue?
  /// What it does, in a sentence.
  package let meaning: String
  /// The keys within it, or within each item of a list; nil for a single value.
  package let within: [SettingDescription]?
  /// Whether it is a list of settings, which are replaced as a whole.
  package let isList: Bool

  package init(
    name: String, words: String, initial: YAMLValue?, meaning: String, within: [SettingDescription]? = nil,
    isList: Bool = false
  ) {
    self.name = name
    self.words = words
    self.initial = initial
    self.meaning = meaning
    self.within = within
    self.isList = isList
  }

  /// The same setting where one of the same name stands in for its default: `train.epochs`.
  package func inheriting(from above: String) -> SettingDescription {
    let path = "\(above).\(name)"
    let isGroup = initial?.entries?.isEmpty == false
    return SettingDescription(
      name: name, words: words, initial: isGroup ? initial : .string(path), meaning: meaning,
      within: isGroup ? within?.map { $0.inheriting(from: path) } : within, isList: isList)
  }

  /// The keys that may be written below its name: none of a list's.
  package var keys: [SettingDescription]? { isList ? nil : within }
}
