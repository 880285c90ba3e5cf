import CYAML
import Configuration
import Support

/// libyaml's event parser over bytes that it keeps: one event at a time, with its place.
final class YAMLEvents {
  struct Event {
    /// What libyaml met; what is refused anyway (aliases, anchors, tags) says so in `refusal`.
    enum Kind {
      case scalar(YAMLScalar)
      case sequenceStart, sequenceEnd
      case mappingStart, mappingEnd
      case documentStart, documentEnd, streamStart, streamEnd
      case refused(String)
    }

    let kind: Kind
    let location: SourceLocation
  }

  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let isReady: Bool
  /// Where the last event ended, in characters from the start.
  private(set) var end = 0
  let source: SourceLocation.Source

  init(_ bytes: [UInt8], source: SourceLocation.Source) {
    self.source = source
    self.bytes = .allocate(capacity: bytes.count)
    _ = self.bytes.initialize(from: bytes)
    parser = .allocate(capacity: 1)
    isReady = yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, self.bytes.baseAddress, self.bytes.count)
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
    bytes.deallocate()
  }

  /// The next event.
  ///
  /// - Throws: ``ConfigurationError`` where the text is no YAML, in libyaml's words.
  func next() throws(ConfigurationError) -> Event {
    var event = yaml_event_t()
    guard isReady, yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    end = Int(event.end_mark.index)
    return Event(kind: kind(of: event), location: place(event.start_mark))
  }

  private func kind(of event: yaml_event_t) -> Event.Kind {
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT:
      return .refused("the alias '*\(text(event.data.alias.anchor))' is not read; write the value out")
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return refusal(anchor: start.anchor, tag: start.tag) ?? .sequenceStart
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return refusal(anchor: start.anchor, tag: start.tag) ?? .mappingStart
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      if let refused = refusal(anchor: scalar.anchor, tag: scalar.tag) { return refused }
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      return .scalar(YAMLScalar(String(decoding: value, as: UTF8.self), isPlain: isPlain))
    default: return .refused("libyaml reports an event that is not known here")
    }
  }

  private func refusal(anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?) -> Event.Kind? {
    if anchor != nil {
      return .refused("the anchor '&\(text(anchor))' is not read; share settings with extends or variants")
    }
    return tag == nil ? nil : .refused("the tag '\(text(tag))' is not read; leave it out")
  }

  private func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String {
    pointer.map { Wording.printable(String(cString: $0), limit: 60) } ?? ""
  }

  private func place(_ mark: yaml_mark_t) -> SourceLocation {
    SourceLocation(source: source, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  private func failure() -> ConfigurationError {
    guard isReady, parser.pointee.error != YAML_MEMORY_ERROR else {
      return ConfigurationError(at: nil, "there is no memory to read YAML")
    }
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text is no YAML"
    if parser.pointee.error == YAML_READER_ERROR {
      // The reader reports a byte's offset, not a mark.
      let before = bytes.prefix(parser.pointee.problem_offset)
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 } + 1
      return ConfigurationError(at: SourceLocation(source: source, line: line, column: column), problem)
    }
    let location = place(parser.pointee.problem_mark)
    if let odd = OddBlank.last(in: Array(bytes), upTo: location) {
      return ConfigurationError(
        at: SourceLocation(source: source, line: odd.line, column: odd.column), OddBlank.complaint(about: odd.scalar))
    }
    let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
    return ConfigurationError(at: location, "no YAML: \(context)\(problem)")
  }
}
