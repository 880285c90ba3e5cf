import Support

/// Which values a setting can have, and how they are read and written.
package struct Form<Value: Sendable>: Sendable {
  /// The values in words: `whole number, 1 to 64`.
  package let words: String
  /// The keys of a mapping; nil for other forms.
  package let within: [SettingDescription]?
  /// Whether a value is of this kind at all, however wrong it may be.
  package let isKind: @Sendable (Setting) -> Bool
  /// Reads a value; a mapping is laid over the present one.
  package let read: @Sendable (Setting, _ present: Value?) throws(ConfigurationError) -> Value
  package let write: @Sendable (Value) -> YAMLValue

  /// A form of one's own.
  package init(
    _ words: String, within: [SettingDescription]? = nil, isKind: @escaping @Sendable (Setting) -> Bool = { _ in true },
    read: @escaping @Sendable (Setting, _ present: Value?) throws(ConfigurationError) -> Value,
    write: @escaping @Sendable (Value) -> YAMLValue
  ) {
    self.words = words
    self.within = within
    self.isKind = isKind
    self.read = read
    self.write = write
  }

  /// The values that pass a check beside.
  ///
  /// - Parameter check: throws at a value that does not.
  package func checked(
    _ check: @escaping @Sendable (Value, Setting) throws(ConfigurationError) -> Void
  ) -> Form {
    Form(words, within: within, isKind: isKind) { setting, present throws(ConfigurationError) in
      let value = try read(setting, present)
      try check(value, setting)
      return value
    } write: {
      write($0)
    }
  }

  /// The form under other words.
  package func called(_ words: String) -> Form { Form(words, within: within, isKind: isKind, read: read, write: write) }
}

// MARK: Single values

extension Form where Value == Int {
  /// A whole number within a range.
  package static func int(in range: ClosedRange<Int>) -> Form {
    Form(
      "whole number, \(range.lowerBound) to \(range.upperBound)", isKind: { (try? $0.int()) != nil }
    ) { setting, _ throws(ConfigurationError) in
      try setting.int(in: range)
    } write: {
      .int($0)
    }
  }
}

extension Form where Value == Double {
  /// A number within a range, bounds included.
  package static func number(in range: ClosedRange<Double>) -> Form {
    Form(
      "number, \(YAML.inline(.double(range.lowerBound))) to \(YAML.inline(.double(range.upperBound)))",
      isKind: { (try? $0.double()) != nil }
    ) { setting, _ throws(ConfigurationError) in
      try setting.double(in: range)
    } write: {
      .double($0)
    }
  }

  /// A probability that is no certainty.
  package static var belowOne: Form {
    number(in: 0...1).checked { number, setting throws(ConfigurationError) in
      guard number < 1 else { throw setting.error("must be below 1") }
    }.called("number, 0 to below 1")
  }

  /// A number above zero.
  package static func positive(atMost most: Double) -> Form {
    number(in: 0...most).checked { number, setting throws(ConfigurationError) in
      guard number > 0 else { throw setting.error("must be above 0") }
    }.called("number above 0, at most \(YAML.inline(.double(most)))")
  }
}

extension Form where Value == Bool {
  /// `true` or `false`.
  package static var flag: Form {
    Form("true or false") { setting, _ throws(ConfigurationError) in
      try setting.bool()
    } write: {
      .bool($0)
    }
  }
}

extension Form where Value == String {
  /// A text.
  package static func text(maximum: Int = 1000) -> Form {
    Form("text") { setting, _ throws(ConfigurationError) in
      try setting.string(maximum: maximum)
    } write: {
      .string($0)
    }
  }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One word of an enumeration.
  package static var word: Form {
    Form(Value.allCases.map(\.rawValue).joined(separator: ", ")) { setting, _ throws(ConfigurationError) in
      try setting.choice()
    } write: {
      .string($0.rawValue)
    }
  }
}

// MARK: Several values

extension Form {
  /// A list.
  ///
  /// - Parameter check: throws at an item that cannot stand behind those before it.
  package static func list<Item: Sendable>(
    of item: Form<Item>, count: ClosedRange<Int>,
    check: @escaping @Sendable (Item, _ before: [Item], Setting) throws(ConfigurationError) -> Void = { _, _, _ in }
  ) -> Form where Value == [Item] {
    let length =
      count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
    return Form("list of \(length): \(item.words)", isKind: { $0.value.items != nil }) {
      setting, _ throws(ConfigurationError) in
      var items: [Item] = []
      for one in try setting.items(count: count) {
        let value = try item.read(one, nil)
        try check(value, items, one)
        items.append(value)
      }
      return items
    } write: {
      .sequence($0.map(item.write))
    }
  }

  /// A value, or a word that stands for none.
  ///
  /// - Parameter expected: what is said of a value of another kind; without it, what the form itself says.
  package static func optional<Wrapped: Sendable>(
    _ form: Form<Wrapped>, or word: String, expected: String? = nil
  ) -> Form where Value == Wrapped? {
    Form("\(word), or \(form.words)", within: form.within) { setting, present throws(ConfigurationError) in
      if setting.isWord(word) { return nil }
      if let expected, !form.isKind(setting) { throw setting.mismatch(expected) }
      return try form.read(setting, present ?? nil)
    } write: {
      $0.map(form.write) ?? .string(word)
    }
  }
}

extension Form where Value: Configurable {
  /// Settings within settings.
  package static var group: Form {
    Form("settings", within: Value.keys.map(\.description), isKind: { $0.value.entries != nil }) {
      setting, present throws(ConfigurationError) in
      var value = present ?? Value()
      try value.read(setting)
      return value
    } write: {
      $0.yaml
    }
  }
}
