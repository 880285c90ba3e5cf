import Configuration
import Support

/// Makes a tree of located values from libyaml's events, within limits that hold before anything is kept.
struct YAMLTreeBuilder {
  let events: YAMLEvents
  let limits: YAMLLimits
  private var nodes = 0
  /// Where the document's value ended, in characters from the start.
  private(set) var end = 0

  init(events: YAMLEvents, limits: YAMLLimits) {
    self.events = events
    self.limits = limits
  }

  /// The only document of the text.
  mutating func document() throws(ConfigurationError) -> YAMLValue {
    _ = try events.next()
    let start = try events.next()
    guard case .documentStart = start.kind else {
      throw ConfigurationError(at: start.location, "the text is empty; settings are expected")
    }
    let value = try value(try events.next(), depth: 0)
    self.end = events.end
    _ = try events.next()
    let end = try events.next()
    guard case .streamEnd = end.kind else {
      throw ConfigurationError(at: end.location, "a second document starts here; a file holds one")
    }
    return value
  }

  private mutating func value(_ event: YAMLEvents.Event, depth: Int) throws(ConfigurationError) -> YAMLValue {
    try count(event.location)
    switch event.kind {
    case .scalar(let scalar):
      try check(scalar, at: event.location)
      return YAMLValue(.scalar(scalar), at: event.location)
    case .sequenceStart, .mappingStart:
      guard depth < limits.depth else {
        throw ConfigurationError(
          at: event.location, "mappings and sequences lie more than \(limits.depth) within each other")
      }
      guard case .sequenceStart = event.kind else {
        return YAMLValue(.mapping(try entries(depth: depth + 1)), at: event.location)
      }
      return YAMLValue(.sequence(try items(depth: depth + 1)), at: event.location)
    case .refused(let reason): throw ConfigurationError(at: event.location, reason)
    default: throw ConfigurationError(at: event.location, "a value is expected")
    }
  }

  private mutating func items(depth: Int) throws(ConfigurationError) -> [YAMLValue] {
    var items: [YAMLValue] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { return items }
      items.append(try value(event, depth: depth))
    }
  }

  private mutating func entries(depth: Int) throws(ConfigurationError) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var places: [String: SourceLocation] = [:]
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { return entries }
      try count(event.location)
      let key = try key(event)
      if let first = places[key] {
        throw ConfigurationError(
          at: event.location,
          "the key \(Wording.quoted(key)) stands here a second time; the first is at line \(first.line)"
        )
      }
      places[key] = event.location
      entries.append(YAMLEntry(key, try value(try events.next(), depth: depth), keyLocation: event.location))
    }
  }

  private func key(_ event: YAMLEvents.Event) throws(ConfigurationError) -> String {
    switch event.kind {
    case .scalar(let scalar):
      try check(scalar, at: event.location)
      guard !scalar.text.isEmpty else { throw ConfigurationError(at: event.location, "a key is empty") }
      guard scalar.text != "<<" || !scalar.isPlain else {
        throw ConfigurationError(
          at: event.location, "the merge key '<<' is not read; share settings with extends or variants")
      }
      return scalar.text
    case .refused(let reason): throw ConfigurationError(at: event.location, reason)
    default: throw ConfigurationError(at: event.location, "a key must be a text, not a mapping or a sequence")
    }
  }

  private func check(_ scalar: YAMLScalar, at location: SourceLocation) throws(ConfigurationError) {
    if scalar.isPlain, let odd = OddBlank.misplaced(in: scalar.text) {
      let place = SourceLocation(source: location.source, line: location.line, column: location.column + odd.offset)
      throw ConfigurationError(at: place, OddBlank.complaint(about: odd.scalar))
    }
    guard scalar.text.utf8.count <= limits.scalarBytes else {
      throw ConfigurationError(
        at: location, "a text of \(scalar.text.utf8.count) bytes; at most \(limits.scalarBytes) are read")
    }
  }

  private mutating func count(_ location: SourceLocation) throws(ConfigurationError) {
    nodes += 1
    guard nodes <= limits.nodes else {
      throw ConfigurationError(at: location, "more than \(limits.nodes) values and keys")
    }
  }
}
