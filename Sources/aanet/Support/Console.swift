import Foundation
import Support
import Tensors

/// Where the program's words go: results to standard output, everything else to standard error.
enum Console {
  /// Whether standard error is a terminal, so that a progress bar can be redrawn in place.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes lines for the person, not for a pipe. What a file's name or content says is shown and never told to the
  /// terminal: everything but line feeds that is no sign stands as its code.
  static func complain(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    write(lines.map { Wording.printable(String($0), limit: .max) }.joined(separator: "\n") + "\n")
  }

  /// Writes for the person. Where nobody can read it, as when the disk of a log is full, the work goes on.
  static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Says so when OpenBLAS runs narrower kernels than the processor could: it costs up to half of the speed.
  static func warnOfNarrowKernels() {
    guard let advice = KernelChoice.advice else { return }
    complain("note: \(advice)")
  }

  /// Prints a value as JSON with sorted keys; what is no number is `"NaN"`, as a run that diverged leaves.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // JSON wants the lower control characters alone escaped; a terminal obeys others too.
    var text = ""
    for scalar in String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n", .format, .lineSeparator, .paragraphSeparator:
        for unit in String(scalar).utf16 { text += String(format: "\\u%04x", Int(unit)) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    print(text)
  }
}
