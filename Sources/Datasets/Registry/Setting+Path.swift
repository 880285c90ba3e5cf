import Configuration
import Support

extension Setting {
  /// A path that leads nowhere but below the dataset's folder.
  ///
  /// - Parameters:
  ///   - what: what lies there, for the message: `folder within the dataset's`.
  ///   - example: such a path.
  func path(to what: String, suchAs example: String) throws(ConfigurationError) -> String {
    let path = try string()
    // By bytes, as the system reads a path: a slash with an accent on it is another character to Swift.
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy({ !["", ".", ".."].contains($0) }), !path.utf8.contains(0) else {
      throw error("\(Wording.quoted(path)) is no \(what), such as '\(example)'")
    }
    return path
  }
}
