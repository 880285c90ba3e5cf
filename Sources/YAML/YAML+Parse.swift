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

extension YAML {
  /// Reads a value that was typed on a command line: one value, whole.
  ///
  /// What starts with `[` or `{` is a list or a mapping in YAML's flow form, and nothing may follow its end. Anything else
  /// is one scalar: no sign in it is a comment, a quote or any other mark of YAML. A number, `true`, `false`, `null` and
  /// `~` are what they are in a file, with or without blanks around them; every other text is the text itself, blanks at
  /// its ends included.
  ///
  /// - Throws: ``ConfigurationError`` where a list or a mapping is no YAML within `limits`.
  package static func parse(
    typed text: String, source: SourceLocation.Source, limits: YAMLLimits = YAMLLimits()
  ) throws(ConfigurationError) -> YAMLValue {
    let location = SourceLocation(source: source, line: 1, column: 1)
    let bare = text.drop(while: \.isWhitespace)
    guard bare.first == "[" || bare.first == "{" else {
      guard text.utf8.count <= limits.scalarBytes else {
        throw ConfigurationError(at: location, tooLarge(text.utf8.count, limits.scalarBytes))
      }
      let word = String(bare.reversed().drop(while: \.isWhitespace).reversed())
      let plain = YAMLScalar(word, isPlain: true)
      let isWord = plain.isNull || ["true", "false"].contains(word) || Setting.isNumber(word)
      return YAMLValue(.scalar(isWord ? plain : YAMLScalar(text, isPlain: false)), at: location)
    }
    let what = bare.first == "[" ? "list" : "mapping"
    var builder = YAMLTreeBuilder(events: YAMLEvents(Array(text.utf8), source: source), limits: limits)
    let value: YAMLValue
    do { value = try builder.document() } catch {
      throw ConfigurationError(
        at: error.location, "\(error.reason) (a value that starts with '\(bare.prefix(1))' is read as a \(what))")
    }
    let rest = text.unicodeScalars.dropFirst(builder.end).drop { $0.properties.isWhitespace }
    guard rest.isEmpty else {
      throw ConfigurationError(
        at: location, "the \(what) has an end before \(Wording.quoted(String(rest))); nothing may follow it")
    }
    return value
  }
}

/// How large a YAML text may be: whoever writes a file must not decide how much memory we take.
package struct YAMLLimits: Sendable, Hashable {
  /// Bytes of the text.
  package var bytes: Int
  /// Values and keys, all together.
  package var nodes: Int
  /// Mappings and sequences within each other.
  package var depth: Int
  /// Bytes of one scalar.
  package var scalarBytes: Int

  /// States the limits; each default is far above what a setting needs.
  package init(bytes: Int = 1 << 20, nodes: Int = 50_000, depth: Int = 32, scalarBytes: Int = 1 << 16) {
    self.bytes = bytes
    self.nodes = nodes
    self.depth = depth
    self.scalarBytes = scalarBytes
  }
}
