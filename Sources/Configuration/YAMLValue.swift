import Support

/// A value of a YAML text, with the place where it was written.
package struct YAMLValue: Sendable, Hashable {
  /// The three kinds of value.
  package enum Content: Sendable, Hashable {
    /// A text, which may be meant as a number.
    case scalar(YAMLScalar)
    /// Values in order.
    case sequence([YAMLValue])
    /// Values by name, in the order in which they were written.
    case mapping([YAMLEntry])
  }

  package var content: Content
  /// Where it was written; nil where a program made it.
  package var location: SourceLocation?

  package init(_ content: Content, at location: SourceLocation? = nil) {
    self.content = content
    self.location = location
  }

  /// The entry's value under a key of a mapping; nil elsewhere. Setting it keeps the order, and nil removes the key.
  package subscript(key key: String) -> YAMLValue? {
    get { entries?.first { $0.key == key }?.value }
    set {
      guard case .mapping(var entries) = content else { return }
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append(YAMLEntry(key, value, keyLocation: value.location))
      case (nil, nil): return
      }
      content = .mapping(entries)
    }
  }

  /// A mapping's entries; nil for the other kinds.
  package var entries: [YAMLEntry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// A sequence's values; nil for the other kinds.
  package var items: [YAMLValue]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// A scalar; nil for the other kinds.
  package var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// The same values without the places: two texts that say the same are equal under it.
  package var withoutLocations: YAMLValue {
    switch content {
    case .scalar: YAMLValue(content)
    case .sequence(let items): YAMLValue(.sequence(items.map(\.withoutLocations)))
    case .mapping(let entries): YAMLValue(.mapping(entries.map { YAMLEntry($0.key, $0.value.withoutLocations) }))
    }
  }
}

/// One name of a mapping and its value.
package struct YAMLEntry: Sendable, Hashable {
  /// The name.
  package var key: String
  /// Where the name was written; nil where a program made it.
  package var keyLocation: SourceLocation?
  /// The value.
  package var value: YAMLValue

  /// Makes an entry.
  package init(_ key: String, _ value: YAMLValue, keyLocation: SourceLocation? = nil) {
    self.key = key
    self.keyLocation = keyLocation
    self.value = value
  }
}

/// A text, and whether it was written plainly: only what stands without quotes can be a number, a truth or nothing.
package struct YAMLScalar: Sendable, Hashable {
  /// The text, without quotes.
  package var text: String
  /// Whether it stood without quotes.
  package var isPlain: Bool

  /// Makes a scalar.
  package init(_ text: String, isPlain: Bool) {
    self.text = text
    self.isPlain = isPlain
  }

  /// Whether it says that nothing stands here: empty, `~` or `null` without quotes.
  package var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
}

extension YAMLValue {
  /// A text, which is never taken for a number.
  package static func string(_ text: String) -> YAMLValue { YAMLValue(.scalar(YAMLScalar(text, isPlain: false))) }
  /// A whole number.
  package static func int(_ value: Int) -> YAMLValue { YAMLValue(.scalar(YAMLScalar(String(value), isPlain: true))) }
  /// A truth.
  package static func bool(_ value: Bool) -> YAMLValue {
    YAMLValue(.scalar(YAMLScalar(value ? "true" : "false", isPlain: true)))
  }
  /// A finite number, in the fewest digits that read back as the same number; a whole one without its `.0`.
  package static func double(_ value: Double) -> YAMLValue {
    let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    return YAMLValue(.scalar(YAMLScalar(text, isPlain: true)))
  }
  /// Values in order.
  package static func sequence(_ items: [YAMLValue]) -> YAMLValue { YAMLValue(.sequence(items)) }
  /// Values by name, in order.
  package static func mapping(_ entries: [(String, YAMLValue)]) -> YAMLValue {
    YAMLValue(.mapping(entries.map { YAMLEntry($0.0, $0.1) }))
  }
}

extension YAMLValue: Encodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Writes the value as JSON: plain numbers and truths as such, nothing as null, every other scalar as a text.
  package func encode(to encoder: any Encoder) throws {
    switch content {
    case .scalar:
      var container = encoder.singleValueContainer()
      let setting = Setting(self)
      if let truth = try? setting.bool() {
        try container.encode(truth)
      } else if let whole = try? setting.int() {
        try container.encode(whole)
      } else if let number = try? setting.double() {
        try container.encode(number)
      } else if setting.isNull {
        try container.encodeNil()
      } else {
        try container.encode(scalar?.text)
      }
    case .sequence(let items):
      var container = encoder.unkeyedContainer()
      for item in items { try container.encode(item) }
    case .mapping(let entries):
      var container = encoder.container(keyedBy: Key.self)
      for entry in entries { try container.encode(entry.value, forKey: Key(stringValue: entry.key)) }
    }
  }
}
