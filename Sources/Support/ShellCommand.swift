/// A command that is shown to a person: copied into a shell, it means what it says.
package struct ShellCommand: Sendable {
  /// The program and what it is to do: `aanet`, `run`.
  package let name: [String]
  /// What it is done to.
  package let arguments: [String]
  /// Options, each with its value as a word of its own or behind an equals sign.
  package let options: [String]

  package init(_ name: String..., arguments: [String] = [], options: [String] = []) {
    self.name = name
    self.arguments = arguments
    self.options = options
  }

  /// An option and its value: one word where the value would else be taken for an option itself.
  package static func option(_ name: String, _ value: String) -> [String] {
    value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
  }

  /// The words, as a program gets them: behind `--` nothing is taken for an option.
  package var words: [String] {
    arguments.contains { $0.hasPrefix("-") } ? name + options + ["--"] + arguments : name + arguments + options
  }

  /// The command as a shell reads it.
  package var text: String { words.map(\.quotedForShell).joined(separator: " ") }
}

extension String {
  /// The text as a word of a shell's command line that means just these characters: in single quotes unless it needs none.
  ///
  /// What messages do not show as it is (controls, marks of invisible order) is written by `printf`, since whoever copies
  /// what is shown would lose it; a line feed stands as itself, since a shell drops one at the end of what is printed.
  package var quotedForShell: String {
    let plain = "/._-=,+:".unicodeScalars
    let isPlain = unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || plain.contains(scalar))
    }
    guard !isPlain || isEmpty else { return self }
    var word = ""
    for scalar in unicodeScalars {
      if scalar == "'" {
        word += "'\\''"
      } else if scalar == "\n" || Wording.isShown(scalar) {
        word.unicodeScalars.append(scalar)
      } else {
        let bytes = String(scalar).utf8.map { byte in
          let digits = String(byte, radix: 8)
          return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        word += "'\"$(printf '\(bytes.joined())')\"'"
      }
    }
    return "'" + word + "'"
  }
}
