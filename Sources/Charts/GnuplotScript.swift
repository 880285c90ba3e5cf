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

  /// Starts empty.
  package init() {}

  /// Adds a command.
  package mutating func command(_ text: String) { steps.append(.command(text)) }

  /// Adds a data block `$name`. An empty one gets a row of gaps, since gnuplot will not plot nothing.
  package mutating func data(_ name: String, _ rows: [[Double]], columns: Int) {
    steps.append(.data(name: name, rows: rows.isEmpty ? [Array(repeating: .nan, count: columns)] : rows))
  }
}
