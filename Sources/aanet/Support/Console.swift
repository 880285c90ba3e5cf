import Foundation
import Tensors

/// Where the program's words go: results to standard output, everything else to standard error.
enum Console {
  /// Whether standard error is a terminal, so that a progress bar can be redrawn in place.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  /// Writes a line for the person, not for a pipe.
  static func complain(_ text: String) { write(text + "\n") }

  /// Writes for the person. Where nobody can read it, as when the disk of a log is full, the work goes on.
  static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// Says so when OpenBLAS runs narrower kernels than the processor could: it costs up to half of the speed.
  static func warnOfNarrowKernels() {
    guard let advice = MatrixProduct.narrownessAdvice else { return }
    complain("note: \(advice)")
  }

  /// Prints a value as JSON with sorted keys; what is no number is `"NaN"`, as a run that diverged leaves.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
