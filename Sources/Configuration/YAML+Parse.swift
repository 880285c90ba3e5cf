import CYAML
import Foundation

/// Reading and writing YAML.
public enum YAML {
  /// Reads a YAML file of one document.
  ///
  /// - Parameter name: the file's name as messages show it; by default its path.
  /// - Throws: ``ConfigurationError`` where the file cannot be read, is no regular file, or is no YAML within `limits`.
  public static func parse(
    contentsOf file: URL, name: String? = nil, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    let shown = name ?? file.path
    func failure(_ reason: String) -> ConfigurationError {
      ConfigurationError(at: nil, "\(Wording.printable(shown)): \(reason)")
    }
    // O_NONBLOCK, so that opening a named pipe does not wait for a writer.
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot be read: \(String(cString: strerror(errno)))") }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("is no regular file")
    }
    guard status.st_size <= limits.bytes else { throw failure(tooLarge(Int(status.st_size), limits)) }
    let data: Data
    do { data = try handle.read(upToCount: limits.bytes + 1) ?? Data() } catch {
      throw failure("cannot be read: \(error.localizedDescription)")
    }
    return try parse(bytes: Array(data), source: .file(shown), limits: limits)
  }

  /// Reads a YAML text of one document; `name` is what messages call it.
  ///
  /// - Throws: ``ConfigurationError`` where it is no YAML within `limits`.
  public static func parse(
    _ text: String, name: String, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    try parse(bytes: Array(text.utf8), source: .file(name), limits: limits)
  }

  /// Reads bytes as a YAML text of one document.
  ///
  /// Refused, with the place: bytes that are not UTF-8, a second document, a key that occurs twice or is no text,
  /// anchors, aliases, tags and merge keys (`extends` and `variants` are how settings are shared here, and an alias
  /// can multiply a small text into a vast one).
  ///
  /// - Throws: ``ConfigurationError`` where it is no YAML within `limits`.
  public static func parse(
    bytes: [UInt8], source: SourceLocation.Source, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    guard bytes.count <= limits.bytes else {
      throw ConfigurationError(
        at: SourceLocation(source: source, line: 1, column: 1), tooLarge(bytes.count, limits))
    }
    if let place = firstInvalidByte(of: bytes, in: source) {
      throw ConfigurationError(at: place, "the text is not UTF-8 from here on; save the file as UTF-8")
    }
    let events = YAMLEvents(bytes, source: source)
    var builder = YAMLTreeBuilder(events: events, limits: limits)
    return try builder.document()
  }

  private static func tooLarge(_ bytes: Int, _ limits: YAMLLimits) -> String {
    "the text has \(bytes) bytes; at most \(limits.bytes) are read"
  }

  /// The place of the first byte that does not belong to a well-formed UTF-8 sequence.
  private static func firstInvalidByte(of bytes: [UInt8], in source: SourceLocation.Source) -> SourceLocation? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var line = 1
    var column = 1
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue("\n"): (line, column) = (line + 1, 1)
      case .scalarValue: column += 1
      case .emptyInput: return nil
      case .error: return SourceLocation(source: source, line: line, column: column)
      }
    }
  }
}
