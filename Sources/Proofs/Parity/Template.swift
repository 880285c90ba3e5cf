import Configuration
import Support

/// A YAML text with places that the values of another document fill: `$name`, and what depends on one.
///
/// `methods.yaml`, whose first lines say which forms there are, is written in it.
package struct Template {
  private let value: YAMLValue

  package init(_ value: YAMLValue) { self.value = value }

  /// The names of all places.
  package var names: [String] { Self.names(in: value) }

  /// The text filled; a value keeps the location that it was written at.
  ///
  /// - Parameter value: gives what stands under a name.
  /// - Throws: ``ConfigurationError`` where a value does not fit its place, and what `value` throws.
  package func filled(
    by value: (_ name: String) throws(ConfigurationError) -> YAMLValue
  ) throws(ConfigurationError) -> YAMLValue {
    try Self.fill(self.value, value) ?? .mapping([])
  }

  private typealias Lookup = (_ name: String) throws(ConfigurationError) -> YAMLValue

  /// nil where nothing is to stand.
  private static func fill(_ value: YAMLValue, _ lookup: Lookup) throws(ConfigurationError) -> YAMLValue? {
    switch value.content {
    case .scalar(let scalar):
      guard let place = place(in: scalar.text) else { return value }
      let found = try lookup(String(place.name))
      guard !place.before.isEmpty || !place.after.isEmpty else { return found }
      guard let word = found.scalar else { throw Setting(found, path: String(place.name)).mismatch("a single value") }
      return YAMLValue(
        .scalar(YAMLScalar(place.before + word.text + place.after, isPlain: scalar.isPlain)), at: found.location)
    case .sequence(let items):
      var filled: [YAMLValue] = []
      for item in items { if let item = try fill(item, lookup) { filled.append(item) } }
      return YAMLValue(.sequence(filled), at: value.location)
    case .mapping(let entries):
      if value[key: "when"] != nil { return try choose(value, lookup) }
      if value[key: "each"] != nil { return try pick(value, lookup) }
      var filled: [YAMLEntry] = []
      for entry in entries {
        if let value = try fill(entry.value, lookup) {
          filled.append(YAMLEntry(entry.key, value, keyLocation: entry.keyLocation))
        }
      }
      return YAMLValue(.mapping(filled), at: value.location)
    }
  }

  /// `{ when: $x, has: word, then: a, else: b }`.
  private static func choose(_ value: YAMLValue, _ lookup: Lookup) throws(ConfigurationError) -> YAMLValue? {
    let keys = try Setting(value).keys("when", "has", "then", "else")
    let then = try keys.required("then")
    let asked = try fill(try keys.required("when").value, lookup)
    let holds: Bool
    if let word = try keys["has"]?.string() {
      holds = asked?.scalar?.text == word || asked?.items?.contains { $0.scalar?.text == word } ?? false
    } else {
      holds = asked.map { !isNothing($0) } ?? false
    }
    let chosen = holds ? then : keys["else"]
    return try chosen.flatMap { setting throws(ConfigurationError) in try fill(setting.value, lookup) }
  }

  /// Whether a value says that something is off.
  private static func isNothing(_ value: YAMLValue) -> Bool {
    guard let scalar = value.scalar else { return false }
    return scalar.isNull || ["false", "none"].contains(scalar.text) || Double(scalar.text) == 0
  }

  /// `{ each: $list, of: values }`.
  private static func pick(_ value: YAMLValue, _ lookup: Lookup) throws(ConfigurationError) -> YAMLValue? {
    let keys = try Setting(value).keys("each", "of")
    let each = try keys.required("each")
    let list = Setting(try fill(each.value, lookup) ?? each.value, path: place(in: each).map(String.init) ?? "each")
    // By name only what is picked is filled: the others may ask for what the case lacks.
    let of = try keys.required("of").value
    let byPlace = of.entries == nil ? try fill(of, lookup) : nil
    let words = try list.items(count: 1...100)
    var picked: [YAMLEntry] = []
    for (number, item) in words.enumerated() {
      let word = try item.string(maximum: 100)
      guard !picked.contains(where: { $0.key == word }) else {
        throw item.error("\(Wording.quoted(word)) stands here twice")
      }
      let value: YAMLValue?
      if let byPlace {
        let values = try Setting(byPlace, path: place(in: Setting(of)).map(String.init) ?? "of")
          .items(count: words.count...words.count)
        value = values[number].value
      } else {
        guard let named = of[key: word] else {
          throw item.error(
            Wording.unknown("\(Wording.quoted(word)) is not known here", word, among: of.entries?.map(\.key) ?? []))
        }
        value = try fill(named, lookup)
      }
      if let value { picked.append(YAMLEntry(word, value, keyLocation: item.location)) }
    }
    return YAMLValue(.mapping(picked), at: list.location)
  }

  private static func place(in setting: Setting) -> Substring? {
    setting.value.scalar.flatMap { place(in: $0.text)?.name }
  }

  /// The place in a text, and what stands around it.
  private static func place(in text: String) -> (before: String, name: Substring, after: String)? {
    guard let mark = text.firstIndex(of: "$") else { return nil }
    let rest = text[text.index(after: mark)...]
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return name.isEmpty ? nil : (String(text[..<mark]), name, String(rest.dropFirst(name.count)))
  }

  private static func names(in value: YAMLValue) -> [String] {
    switch value.content {
    case .scalar(let scalar): place(in: scalar.text).map { [String($0.name)] } ?? []
    case .sequence(let items): items.flatMap(names)
    case .mapping(let entries): entries.flatMap { names(in: $0.value) }
    }
  }
}
