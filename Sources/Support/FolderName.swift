/// Names as folders: any text becomes one safe path component, and reads back as itself.
///
/// Letters, digits and `+-.,=` stay; a space becomes `_`; every other byte of the UTF-8 form becomes `%` and two
/// hexadecimal digits, as does a leading dot (no hidden folders, no `..`).
package enum FolderName {
  /// The longest component that common file systems take, in bytes.
  package static let maximumLength = 255

  /// Whether a name can be a folder: not empty, and its component no longer than ``maximumLength``.
  package static func fits(_ name: String) -> Bool {
    !name.isEmpty && component(for: name).utf8.count <= maximumLength
  }

  /// The component that stands for a name that ``fits(_:)``.
  package static func component(for name: String) -> String {
    var result = ""
    for byte in name.utf8 {
      let scalar = Unicode.Scalar(byte)
      if byte == UInt8(ascii: " ") {
        result += "_"
      } else if isKept(byte), !(result.isEmpty && byte == UInt8(ascii: ".")) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0" + digits : "%" + digits
      }
    }
    return result
  }

  /// The name that a component stands for; nil where it is none that ``component(for:)`` makes.
  package static func name(of component: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(component.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "_"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
          return nil
        }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    guard let name = String(validating: bytes, as: UTF8.self), self.component(for: name) == component else {
      return nil
    }
    return name
  }

  private static func isKept(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "+-.,=".utf8.contains(byte)
    }
  }
}
