/// Curves of several groups over the epochs in one panel, with a band for the spread over seeds and a key below, a line a
/// group, so that long names are read too.
package struct OverlayChart: Chart {
  package var name: String
  /// What the upright axis measures, with its unit.
  let axis: String
  /// Whether the upright axis is logarithmic; values that are not positive are then left out.
  let isLogarithmic: Bool
  /// The curves; those of one run have no band.
  let curves: [CurveChart.Curve]

  package init(name: String, axis: String, isLogarithmic: Bool, curves: [CurveChart.Curve]) {
    (self.name, self.axis, self.isLogarithmic, self.curves) = (name, axis, isLogarithmic, curves)
  }

  private static let plotHeight = 236
  private static let head = 12
  private static let foot = 52
  /// What gnuplot takes for a line of the key: 23.1 measured at this font and spacing.
  private static let keyRow = 24

  package var size: (width: Int, height: Int) {
    (440, Self.head + Self.plotHeight + Self.foot + Self.keyRow * curves.count + 4)
  }

  /// How a chart's n-th group looks: the Okabe-Ito colours, its yellow left out, which white paper swallows.
  package static func style(_ place: Int) -> SeriesStyle {
    let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#222222", "#808080"]
    let markers = [7, 5, 9, 13, 11, 6, 4, 8]
    return SeriesStyle(
      color: colors[place % colors.count], marker: markers[place % markers.count], dash: place % 5 + 1)
  }

  private func visible(_ curve: CurveChart.Curve) -> [CurveChart.Point] {
    curve.points.filter { !isLogarithmic || $0.low > 0 }
  }

  package func addData(to script: inout GnuplotScript, prefix: String) {
    for (index, curve) in curves.enumerated() {
      script.data("\(prefix)\(index)", visible(curve).map { [$0.x, $0.mean, $0.low, $0.high] }, columns: 4)
    }
  }

  package func commands(prefix: String) -> [String] {
    let points = curves.flatMap(visible)
    let (width, height) = (Double(size.width), Double(size.height))
    let bottom = Double(size.height - Self.head - Self.plotHeight)
    let keyTop = Double(Self.keyRow * curves.count + 4) / height
    return [
      "set lmargin at screen \(72 / width)", "set rmargin at screen \((width - 14) / width)",
      "set tmargin at screen \(1 - Double(Self.head) / height)", "set bmargin at screen \(bottom / height)",
      "set xrange [1:\(max(2, points.map(\.x).max() ?? 2))]", Plot.wholeMarks(to: points.map(\.x).max() ?? 2),
      "set format y '%g'",
      "set xlabel 'epoch' noenhanced offset 0,0.4 textcolor rgb '\(ChartTheme.ink)'",
      "set ylabel \(axis.quotedForGnuplot) noenhanced textcolor rgb '\(ChartTheme.ink)'",
      "set key at screen 0.015,\(keyTop) left top Left reverse vertical maxcols 1 noenhanced samplen 3 "
        + "spacing 1.1 textcolor rgb '\(ChartTheme.ink)'",
    ] + Plot.upright(points, isLogarithmic) + ["plot " + terms(prefix).joined(separator: ", ")]
  }

  private func terms(_ prefix: String) -> [String] {
    let bands = curves.enumerated().filter { $1.points.contains { $0.low < $0.high } }.map { index, curve in
      "$\(prefix)\(index) using 1:3:4 with filledcurves fc rgb '\(curve.style.color)' "
        + "fs transparent solid 0.14 noborder notitle"
    }
    let lines = curves.enumerated().map { index, curve in
      let interval = max(1, curve.points.count / 6)
      return "$\(prefix)\(index) using 1:2 with linespoints lc rgb '\(curve.style.color)' "
        + "dashtype \(curve.style.dash) lw 2 pt \(curve.style.marker) ps 0.6 pi \(interval) "
        + "title \(curve.label.fittingKey.quotedForGnuplot)"
    }
    return bands + lines
  }
}

extension String {
  /// A label that fits a line of a chart's key: what is left out is its middle, since names differ at their ends.
  package var fittingKey: String {
    let most = 44
    return count > most ? prefix(most / 2 - 1) + "…" + suffix(most / 2) : self
  }
}
