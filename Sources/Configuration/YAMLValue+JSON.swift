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
