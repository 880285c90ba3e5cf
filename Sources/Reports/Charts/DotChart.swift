/// A row a variant, from top to bottom as in the table: the measured mean with its error bar, the seeds one by one, and
/// the paper's point.
struct DotChart: Chart {
  /// A row.
  struct Row: Hashable {
    /// Its name.
    var label: String
    /// The mean; nil draws a marked gap.
    var mean: Double?
    /// Half the length of the error bar; nil draws none.
    var spread: Double?
    /// What each seed measured.
    var values: [Double]
    /// The paper's figure.
    var published: Double?
  }

  let name: String
  /// What the axis measures, with its unit.
  let axis: String
  /// What the measured points are, for the key.
  let measured: String
  /// What the paper's points are, for the key.
  let published: String
  /// Whether nothing-at-all has a line of its own.
  var marksZero = false
  /// The rows, top first.
  let rows: [Row]

  var size: (width: Int, height: Int) { (560, 140 + 46 * max(1, rows.count)) }

  func addData(to script: inout GnuplotScript, prefix: String) {
    let numbered = rows.enumerated().map { (y: Double($0.offset), row: $0.element) }
    script.data(
      prefix + "mean",
      numbered.compactMap { y, row in row.mean.map { [$0, y - 0.13, row.spread ?? .nan] } }, columns: 3)
    script.data(
      prefix + "seeds", numbered.flatMap { y, row in row.values.map { [$0, y - 0.13] } }, columns: 2)
    script.data(
      prefix + "paper", numbered.compactMap { y, row in row.published.map { [$0, y + 0.17] } }, columns: 2)
  }

  func commands(prefix: String) -> [String] {
    let values = rows.flatMap { row -> [Double] in
      let ends = row.mean.map { [$0 - (row.spread ?? 0), $0 + (row.spread ?? 0)] } ?? []
      return ends + row.values + (row.published.map { [$0] } ?? [])
    }
    let limits = Charts.limits(values + (marksZero ? [0] : [])) ?? (0, 100)
    let tics = rows.enumerated().map { "\($0.element.label.quotedAsGnuplotTic) \($0.offset)" }
    var commands = [
      "set xrange [\(limits.low):\(limits.high)]",
      "set yrange [\(Double(max(1, rows.count)) - 0.45):-0.55]",
      "set ytics (\(tics.joined(separator: ", "))) scale 0",
      "unset grid",
      "set grid xtics ytics lc rgb '\(ChartTheme.hair)' lw 0.8 lt 1",
      "set xlabel \(axis.quotedForGnuplot) noenhanced textcolor rgb '\(ChartTheme.ink)'",
      "set key below left Left reverse vertical maxcols 1 noenhanced samplen 1.6 spacing 1.15 "
        + "textcolor rgb '\(ChartTheme.ink)'",
    ]
    if marksZero {
      commands.append(
        "set arrow from 0,graph 0 to 0,graph 1 nohead lc rgb '\(ChartTheme.ink)' lw 1 dashtype 3 back")
    }
    for (index, row) in rows.enumerated() where row.mean == nil {
      commands.append(
        "set label 'no finished run' at graph 0.02,first \(Double(index) - 0.13) left noenhanced "
          + "textcolor rgb '#777777'")
    }
    let dot = SeriesStyle.measured
    let paper = SeriesStyle.published
    commands.append(
      """
      plot $\(prefix)seeds using 1:2 with points pt 6 ps 0.55 lw 1 lc rgb '#56B4E9' title 'measured, each seed', \
      $\(prefix)mean using 1:2:3 with xerrorbars pt \(dot.marker) ps 0.95 lw 2 lc rgb '\(dot.color)' \
      title \(measured.quotedForGnuplot), \
      $\(prefix)mean using 1:2 with points pt \(dot.marker) ps 0.95 lw 2 lc rgb '\(dot.color)' notitle, \
      $\(prefix)paper using 1:2 with points pt \(paper.marker) ps 1.2 lw 2 lc rgb '\(paper.color)' \
      title \(published.quotedForGnuplot)
      """)
    return commands
  }
}
