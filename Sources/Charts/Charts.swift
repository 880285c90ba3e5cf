import Documents
import Foundation
import Support

/// A chart that gnuplot can draw.
package protocol Chart: Sendable {
  /// The word that its files are named by. It is a name of ours, never one from outside.
  var name: String { get set }
  /// Width and height, in points.
  var size: (width: Int, height: Int) { get }
  /// Adds its data blocks, under names that start with `prefix`.
  func addData(to script: inout GnuplotScript, prefix: String)
  /// The commands that draw it from these blocks, after the terminal is chosen.
  func commands(prefix: String) -> [String]
}

extension Chart {
  /// The files that it is drawn into.
  var files: [String] { ChartFormat.allCases.map { "\(name).\($0.rawValue)" } }
}

package enum Plot {
  /// Draws each as SVG and PNG into a folder, by one gnuplot: starting it costs more than a chart.
  ///
  /// - Throws: a `PlainError` where gnuplot is missing, ends early or does not understand, or where it leaves a file empty.
  package static func figures(of drawings: [Drawing], in folder: URL) throws -> [Figure] {
    try draw(drawings.map(\.chart), in: folder)
    return try drawings.map { drawing in
      let file = folder.appendingPathComponent("\(drawing.name).svg")
      let svg = try String(contentsOf: file, encoding: .utf8).titledAsSVG(drawing.alternative)
      try Data(svg.utf8).write(to: file)
      return Figure(
        name: drawing.name, caption: drawing.caption, alternative: drawing.alternative, isWide: drawing.isWide,
        svg: svg,
        png: try Data(contentsOf: folder.appendingPathComponent("\(drawing.name).png")))
    }
  }

  private static func draw(_ charts: [any Chart], in folder: URL) throws {
    guard !charts.isEmpty else { return }
    var script = GnuplotScript()
    for (index, chart) in charts.enumerated() {
      let prefix = "c\(index)_"
      for format in ChartFormat.allCases {
        script.command(ChartTheme.opening)
        chart.addData(to: &script, prefix: prefix)
        let file = "\(chart.name).\(format.rawValue)"
        script.command(ChartTheme.terminal(format, width: chart.size.width, height: chart.size.height, file: file))
        for command in chart.commands(prefix: prefix) { script.command(command) }
        script.command("unset output")
      }
    }
    try Gnuplot.run(script, in: folder)
    for file in charts.flatMap(\.files) {
      let path = folder.appendingPathComponent(file).path
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
      guard size > 0 else { throw PlainError("gnuplot left \(file) empty") }
    }
  }

  /// Limits of an axis that show every value with a little room; nil where there is no value.
  static func limits(_ values: [Double], room: Double = 0.06) -> (low: Double, high: Double)? {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    let margin = max((high - low) * room, abs(high) * 1e-3, 1e-6)
    return (low - margin, high + margin)
  }

  /// The upright axis of some points with their bands.
  static func upright(_ points: [CurveChart.Point], _ isLogarithmic: Bool) -> [String] {
    let values = points.flatMap { [$0.low, $0.high] }
    guard let low = values.min(), let high = values.max() else { return ["set yrange [0:1]"] }
    if isLogarithmic { return logarithmicAxis(from: low, to: high) }
    let limits = limits(values) ?? (low, high)
    return ["set yrange [\(low >= 0 ? max(0, limits.low) : limits.low):\(limits.high)]"]
  }

  /// Marks of a level axis that counts epochs from 1: whole numbers, at most nine of them.
  static func wholeMarks(to last: Double) -> String {
    let steps = [1.0, 2, 5].flatMap { step in [1, 10, 100, 1000].map { step * $0 } }.sorted()
    return "set xtics \(Int(steps.first { last / $0 <= 9 } ?? 10_000))"
  }

  /// An upright logarithmic axis with a little room at both ends. Where it spans less than two decades, 2 and 5 are marked
  /// beside 1; where so many that gnuplot would write some numbers out and others as `1e-06`, every power of ten, or every so
  /// many: 10⁻⁶.
  static func logarithmicAxis(from low: Double, to high: Double) -> [String] {
    let plain = ["set logscale y 10", "set yrange [\(low / 1.2):\(high * 1.2)]"]
    guard low > 0, high > low else { return plain }
    if low >= 1e-4, high < 1e5 {
      guard high / low < 100 else { return plain }
      let marks = (-4...4).flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
      return plain + ["set ytics (\(marks.map { String(format: "'%g' %g", $0, $0) }.joined(separator: ", ")))"]
    }
    let (first, last) = (Int(log10(low).rounded(.down)), Int(log10(high).rounded(.up)))
    let step = (last - first + 5) / 6
    let marks = stride(from: first, through: last, by: step).map { power -> String in
      let digits = String(power).map { Self.superscripts[$0] ?? "" }.joined()
      return "'\(power == 0 ? "1" : "10\(digits)")' 1e\(power)"
    }
    return plain + ["set ytics (\(marks.joined(separator: ", ")))"]
  }

  private static let superscripts: [Character: String] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
  ]
}

extension String {
  /// A drawing by gnuplot whose title, which is what is read out where a drawing stands by itself, says what is seen;
  /// gnuplot titles every drawing by its own name.
  func titledAsSVG(_ words: String) -> String {
    guard let start = range(of: "<title>"), let end = range(of: "</title>"), start.upperBound <= end.lowerBound else {
      return self
    }
    return replacingCharacters(in: start.upperBound..<end.lowerBound, with: words.escapedForHTML)
  }
}

/// A chart with the words that stand under it, before it is drawn.
package struct Drawing: Sendable {
  package var chart: any Chart
  package var caption: Typeset
  /// What someone who does not see it should know.
  package var alternative: String
  package var isWide: Bool

  package init(_ chart: any Chart, caption: Typeset, alternative: String, isWide: Bool = false) {
    (self.chart, self.caption, self.alternative, self.isWide) = (chart, caption, alternative, isWide)
  }

  package var name: String {
    get { chart.name }
    set { chart.name = newValue }
  }

  /// The files that drawings can be drawn into, by the charts' names.
  package static func files(of names: [String]) -> [String] {
    names.flatMap { name in ChartFormat.allCases.map { "\(name).\($0.rawValue)" } }
  }
}
