import Documents

/// Small multiples of curves, over epochs unless another axis is named: the same axes in each panel, a band for the spread
/// over seeds.
package struct CurveChart: Chart {
  /// A point of a curve: the mean over seeds, the smallest and the largest.
  package struct Point: Hashable, Sendable {
    package var x: Double
    package var mean: Double
    package var low: Double
    package var high: Double

    package init(x: Double, mean: Double, low: Double, high: Double) {
      (self.x, self.mean, self.low, self.high) = (x, mean, low, high)
    }
  }

  package struct Curve: Hashable, Sendable {
    /// Its name in the key; curves of the same name look the same in every panel.
    package var label: String
    package var style: SeriesStyle
    /// From left to right.
    package var points: [Point]

    package init(label: String, style: SeriesStyle, points: [Point]) {
      (self.label, self.style, self.points) = (label, style, points)
    }
  }

  package struct Panel: Hashable, Sendable {
    /// What stands over it.
    package var title: String
    /// None draws a marked gap.
    package var curves: [Curve]

    package init(title: String, curves: [Curve]) { (self.title, self.curves) = (title, curves) }
  }

  package var name: String
  /// What the upright axis measures, with its unit.
  let axis: String
  /// Whether the upright axis is logarithmic; values that are not positive are then left out.
  let isLogarithmic: Bool
  let panels: [Panel]
  /// What the level axis measures.
  let across: String
  /// The level axis; nil goes from 1 to the last point.
  let limits: ClosedRange<Double>?
  /// The upright axis; nil leaves room around the values.
  let upright: ClosedRange<Double>?

  package init(
    name: String, axis: String, isLogarithmic: Bool, panels: [Panel], across: String = "epoch",
    limits: ClosedRange<Double>? = nil, upright: ClosedRange<Double>? = nil
  ) {
    (self.name, self.axis, self.isLogarithmic, self.panels) = (name, axis, isLogarithmic, panels)
    (self.across, self.limits, self.upright) = (across, limits, upright)
  }

  /// Where each curve ends, in words for who does not see it.
  package var ends: [String] {
    panels.flatMap { panel in
      panel.curves.compactMap { curve in
        curve.points.last.map { "\(panel.title), \(curve.label): \(Numerals.number($0.mean)) after epoch \(Int($0.x))" }
      }
    }
  }

  private static let panelHeight = 240
  private static let keyLine = 34
  private static let foot = 24
  private static let left = 78
  private static let right = 22
  private static let between = (across: 62, down: 68)
  private var columns: Int { panels.count < 2 ? 1 : 2 }
  private var lines: Int { max(1, (panels.count + columns - 1) / columns) }
  /// A panel that stands alone may be taller.
  private var panelHeight: Int { panels.count < 2 ? 360 : Self.panelHeight }
  private var head: Int { Self.keyLine + 22 * (keyLines - 1) }

  package var size: (width: Int, height: Int) { (840, head + Self.foot + lines * panelHeight) }

  /// How many entries of the key stand side by side: as many as their longest name leaves room for.
  private var keyColumns: Int {
    let longest = keyEntries.map { min($0.label.count, 60) }.max() ?? 1
    return max(1, 820 / (longest * 9 + 56))
  }
  private var keyLines: Int { max(1, (keyEntries.count + keyColumns - 1) / keyColumns) }

  private var keyEntries: [Curve] {
    var seen: Set<String> = []
    return panels.flatMap(\.curves).filter { seen.insert($0.label).inserted }
  }

  package func addData(to script: inout GnuplotScript, prefix: String) {
    for (panel, content) in panels.enumerated() {
      for (index, curve) in content.curves.enumerated() {
        let rows = curve.points.filter { !isLogarithmic || $0.low > 0 }.map { [$0.x, $0.mean, $0.low, $0.high] }
        script.data("\(prefix)\(panel)_\(index)", rows, columns: 4)
      }
    }
  }

  package func commands(prefix: String) -> [String] {
    let points = panels.flatMap { $0.curves.flatMap(\.points) }.filter { !isLogarithmic || $0.low > 0 }
    let last = max(2, points.map(\.x).max() ?? 2)
    var commands = ["set multiplot"] + key
    commands += [
      "set xrange [\(limits?.lowerBound ?? 1):\(limits?.upperBound ?? last)]", "set format y '%g'", "unset key",
    ]
    if limits == nil { commands.append(Plot.wholeMarks(to: last)) }
    commands +=
      upright.map { ["set yrange [\($0.lowerBound):\($0.upperBound)]"] } ?? Plot.upright(points, isLogarithmic)
    for (index, panel) in panels.enumerated() {
      commands += place(index)
      commands.append(
        "set title \(panel.title.quotedForGnuplot) noenhanced offset 0,-0.6 textcolor rgb '\(ChartTheme.ink)'")
      let isLast = index + columns >= panels.count
      commands.append(isLast ? "set xlabel \(across.quotedForGnuplot) noenhanced offset 0,0.4" : "unset xlabel")
      commands.append(
        index % columns == 0 ? "set ylabel \(axis.quotedForGnuplot) noenhanced" : "unset ylabel")
      commands.append("unset label")
      if panel.curves.isEmpty {
        commands.append("set label 'no finished run' at graph 0.5,0.5 center noenhanced textcolor rgb '#777777'")
      }
      commands.append("plot " + terms(panel, index: index, prefix: prefix).joined(separator: ", "))
    }
    commands.append("unset multiplot")
    return commands
  }

  /// The key of all panels, drawn first in a strip of its own over the whole width.
  private var key: [String] {
    let entries = keyEntries.map { "keyentry with linespoints \(look($0.style)) title \($0.label.quotedForGnuplot)" }
    guard !entries.isEmpty else { return [] }
    return [
      "unset border", "unset tics", "unset grid", "set xrange [0:1]", "set yrange [0:1]",
      "set lmargin at screen 0.02", "set rmargin at screen 0.98", "set tmargin at screen 1",
      "set bmargin at screen \(1 - Double(head) / Double(size.height))",
      "set key center center horizontal \(keyLines == 1 ? "maxrows 1" : "maxcols \(keyColumns)") Left reverse noenhanced samplen 3 width -1 textcolor rgb '\(ChartTheme.ink)'",
      "plot NaN notitle, \(entries.joined(separator: ", "))", ChartTheme.axes,
    ]
  }

  /// The margins that put a panel in its place.
  private func place(_ index: Int) -> [String] {
    let (width, height) = (Double(size.width), Double(size.height))
    let across = (width - Double(Self.left + Self.right + (columns - 1) * Self.between.across)) / Double(columns)
    let left = Double(Self.left) + Double(index % columns) * (across + Double(Self.between.across))
    let top = Double(head + (index / columns) * panelHeight + 26)
    let bottom = top + Double(panelHeight - Self.between.down)
    return [
      "set lmargin at screen \(left / width)", "set rmargin at screen \((left + across) / width)",
      "set tmargin at screen \(1 - top / height)", "set bmargin at screen \(1 - bottom / height)",
    ]
  }

  private func terms(_ panel: Panel, index: Int, prefix: String) -> [String] {
    var terms: [String] = []
    for (place, curve) in panel.curves.enumerated() {
      terms.append(
        "$\(prefix)\(index)_\(place) using 1:3:4 with filledcurves fc rgb '\(curve.style.color)' "
          + "fs transparent solid 0.18 noborder notitle")
    }
    for (place, curve) in panel.curves.enumerated() {
      let interval = max(1, curve.points.count / 6)
      terms.append(
        "$\(prefix)\(index)_\(place) using 1:2 with linespoints \(look(curve.style)) pi \(interval) notitle")
    }
    if panel.curves.isEmpty { terms.append("NaN notitle") }
    return terms
  }

  private func look(_ style: SeriesStyle) -> String {
    "lc rgb '\(style.color)' dashtype \(style.dash) lw 2 pt \(style.marker) ps 0.7"
  }
}
