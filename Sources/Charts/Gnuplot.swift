import Documents
import Foundation
import GnuplotBridge
import Support

/// Draws charts by a gnuplot process, through gnuplot-iostream.
package enum Gnuplot {
  /// Runs scripts in one gnuplot whose working folder is `folder`, where output files land.
  ///
  /// Throws a `PlainError` where gnuplot is missing, ends early or does not understand.
  package static func run(_ script: GnuplotScript, in folder: URL, program: String = "gnuplot") throws {
    var problem: Int32 = 0
    guard let handle = gnuplot_bridge_open(program, folder.path, &problem) else {
      // A folder of PATH that may not be looked into makes a missing program a forbidden one.
      throw PlainError(
        problem == ENOENT || problem == EACCES
          ? "\(program) was not found, or may not be run, and the charts are drawn by it: apt-get install gnuplot-nox"
          : "\(program) cannot be started: \(String(cString: strerror(problem)))")
    }
    var isReading = true
    for step in script.steps where isReading {
      switch step {
      case .command(let text): isReading = gnuplot_bridge_command(handle, text) == 0
      case .data(let name, let rows):
        let columns = rows.first?.count ?? 0
        let values = rows.flatMap { $0 }
        guard columns > 0, values.count == rows.count * columns else { continue }
        isReading = gnuplot_bridge_data(handle, name, values, rows.count, columns) == 0
      }
    }
    var message = [CChar](repeating: 0, count: 4096)
    let status = gnuplot_bridge_close(handle, &message, message.count)
    guard status == 0, isReading else {
      let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isNewline).map(String.init).filter { !$0.allSatisfy { $0 == " " || $0 == "^" } }
      throw PlainError(
        "gnuplot ended with status \(status) before the charts were drawn: "
          + (words.isEmpty ? "it left no message" : words.suffix(3).joined(separator: " ").onOneLine))
    }
  }
}

/// What gnuplot is told, in order: commands of ours, with every name from outside quoted, and tables of numbers.
package struct GnuplotScript {
  /// A thing to send.
  package enum Step {
    /// Lines of gnuplot's language.
    case command(String)
    /// A data block: rows of as many numbers each; NaN is a gap.
    case data(name: String, rows: [[Double]])
  }

  package private(set) var steps: [Step] = []

  package init() {}

  package mutating func command(_ text: String) { steps.append(.command(text)) }

  /// Adds a data block `$name`. An empty one gets a row of gaps, since gnuplot will not plot nothing.
  package mutating func data(_ name: String, _ rows: [[Double]], columns: Int) {
    steps.append(.data(name: name, rows: rows.isEmpty ? [Array(repeating: .nan, count: columns)] : rows))
  }
}

extension String {
  /// The text as a gnuplot string that means just these characters.
  ///
  /// gnuplot runs what stands between backticks and expands `@name`, but in neither case inside single quotes. The quote
  /// itself becomes a typographic apostrophe: gnuplot documents a doubled quote as the way to write one, but its scanner
  /// ends the string at two such pairs in a row, and what follows would be a command. Line breaks and other control
  /// characters become spaces. What shows the string must also say `noenhanced`, so that `_`, `^`, `{` and `&` are
  /// themselves.
  package var quotedForGnuplot: String {
    "'" + onOneLine.drawable.replacingScalars { $0 == "'" ? "’" : nil } + "'"
  }

  /// What of the text fits a chart: its first sixty characters, and a box for each character beyond the Basic
  /// Multilingual Plane, whose pictures fonts draw at a size of their own.
  private var drawable: String {
    let start = count > 60 ? prefix(59) + "…" : self[...]
    return String(String.UnicodeScalarView(start.unicodeScalars.map { $0.value > 0xFFFF ? "□" : $0 }))
  }
}
