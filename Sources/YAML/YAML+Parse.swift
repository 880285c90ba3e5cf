import CYAML
import Configuration
import Foundation
import Support

extension YAML {
  /// Reads a YAML file of one document.
  ///
  /// - Parameter name: the file's name as messages show it; by default its path.
  /// - Throws: ``ConfigurationError`` where the file cannot be read, is no regular file, or is no YAML within `limits`.
  package static func parse(
    contentsOf file: URL, name: String? = nil, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    let shown = name ?? file.path
    func failure(_ reason: String) -> ConfigurationError {
      ConfigurationError(at: nil, "\(Wording.printable(shown)): \(reason)")
    }
    // O_NONBLOCK, so that opening a named pipe does not wait for a writer.
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let advice = errno == EACCES ? "; make it readable for you, and the folders that it lies in" : ""
      throw failure("cannot be read: \(String(cString: strerror(errno)))\(advice)")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("is no regular file")
    }
    guard status.st_size <= limits.bytes else { throw failure(tooLarge(Int(status.st_size), limits.bytes)) }
    let data: Data
    do { data = try handle.read(upToCount: limits.bytes + 1) ?? Data() } catch {
      throw failure("cannot be read: \(error.localizedDescription)")
    }
    return try parse(bytes: Array(data), source: .file(shown), limits: limits)
  }

  /// Reads a YAML text of one document; `name` is what messages call it.
  ///
  /// - Throws: ``ConfigurationError`` where it is no YAML within `limits`.
  package static func parse(
    _ text: String, name: String, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    try parse(bytes: Array(text.utf8), source: .file(name), limits: limits)
  }

  /// Reads bytes as a YAML text of one document.
  ///
  /// A byte order mark in front is passed over. Refused, with the place: bytes that are not UTF-8, a second document, a key that occurs twice or is no text,
  /// anchors, aliases, tags and merge keys (`extends` and `variants` are how settings are shared here, and an alias
  /// can multiply a small text into a vast one).
  ///
  /// - Throws: ``ConfigurationError`` where it is no YAML within `limits`.
  package static func parse(
    bytes: [UInt8], source: SourceLocation.Source, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    guard bytes.count <= limits.bytes else {
      throw ConfigurationError(
        at: SourceLocation(source: source, line: 1, column: 1), tooLarge(bytes.count, limits.bytes))
    }
    let events = YAMLEvents(try UTF8Text.bytes(of: bytes, in: source), source: source)
    var builder = YAMLTreeBuilder(events: events, limits: limits)
    return try builder.document()
  }

  static func tooLarge(_ bytes: Int, _ limit: Int) -> String {
    "the text has \(bytes) bytes; at most \(limit) are read"
  }
}
