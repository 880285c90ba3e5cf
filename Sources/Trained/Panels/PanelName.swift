import Support

/// File names for pictures that are called by what they show, whatever that is called.
package enum PanelName {
  /// The most bytes of a name, which leaves room for an ending.
  private static let most = 120

  /// Letters, digits and `._-+=,` stay, everything else becomes `-`, a leading dot too. A name that was changed or cut
  /// ends in eight digits of its digest, so that two names stay two.
  package static func safe(_ name: String) -> String {
    var result = ""
    for byte in name.utf8 {
      let scalar = Unicode.Scalar(byte)
      let isKept = byte < 128 && (scalar.properties.isAlphabetic || "0123456789._-+=,".unicodeScalars.contains(scalar))
      result.unicodeScalars.append(isKept && !(result.isEmpty && scalar == ".") ? scalar : "-")
    }
    guard result != name || result.utf8.count > most else { return result }
    return result.prefix(most) + "-" + SHA256.hexadecimal(name.utf8).prefix(8)
  }
}
