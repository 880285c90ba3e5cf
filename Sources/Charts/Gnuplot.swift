import Documents
import Foundation
import GnuplotBridge

/// Draws charts by a gnuplot process, through gnuplot-iostream.
package enum Gnuplot {
  /// Runs scripts in one gnuplot whose working folder is `folder`, where output files land.
  ///
  /// Throws a `ReportError` where gnuplot is missing, ends early or does not understand.
  package static func run(_ script: GnuplotScript, in folder: URL, program: String = "gnuplot") throws {
    var problem: Int32 = 0
    guard let handle = gnuplot_bridge_open(program, folder.path, &problem) else {
      // A folder of PATH that may not be looked into makes a missing program a forbidden one.
      throw ReportError(
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
      throw ReportError(
        "gnuplot ended with status \(status) before the charts were drawn: "
          + (words.isEmpty ? "it left no message" : words.suffix(3).joined(separator: " ").onOneLine))
    }
  }
}
