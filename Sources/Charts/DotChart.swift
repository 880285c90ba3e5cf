import Documents

/// A row a variant, from top to bottom as in the table: the measured mean with its error bar, the seeds one by one, and
/// the paper's point.
package struct DotChart: Chart {
  package struct Row: Hashable, Sendable {
    var label: String
    /// The mean; nil draws a marked gap.
    var mean: Double?
    /// Half the length of the error bar; nil draws none.
    var spread: Double?
    /// What each seed measured.
    var values: [Double]
    /// The paper's figure.
    var published: Double?
    /// Its place in each of the chart's further marks; nil draws nothing.
    var marks: [Double?]
    /// Whether runs are to measure it; a row of the paper's alone has no gap to mark.
    var isMeasured: Bool

    package init(
      label: String, mean: Double?, spread: Double?, values: [Double], published: Double?, marks: [Double?] = [],
      isMeasured: Bool = true
    ) {
      (self.label, self.mean, self.spread, self.values) = (label, mean, spread, values)
      (self.published, self.marks, self.isMeasured) = (published, marks, isMeasured)
    }
  }

  /// A further kind of points, beside the mean.
  package struct Mark: Hashable, Sendable {
    /// What it is, for the key.
    var title: String
    var style: SeriesStyle

    package init(title: String, style: SeriesStyle) { (self.title, self.style) = (title, style) }
  }

  package var name: String
  /// What the axis measures, with its unit.
  let axis: String
  /// What the seeds' points are, for the key; empty draws none.
  let seeds: String
  /// What the means and their bars are, for the key.
  let measured: String
  /// What the paper's points are, for the key; empty draws none.
  let published: String
  /// Whether nothing-at-all has a line of its own.
  let marksZero: Bool
  /// Further kinds of points.
  let marks: [Mark]
  /// The rows, top first.
  let rows: [Row]
  /// Their names, in one line or two, of which the second may be cut; those of all rows take as many as the longest.
  private let names: [[String]]

  package init(
    name: String, axis: String, seeds: String, measured: String, published: String, marksZero: Bool = false,
    marks: [Mark] = [], rows: [Row]
  ) {
    (self.name, self.axis, self.seeds, self.measured, self.published) = (name, axis, seeds, measured, published)
    (self.marksZero, self.marks, self.rows) = (marksZero, marks, rows)
    names = rows.map { row in
      let lines = row.label.wrapped(to: Self.nameLength)
      return lines.count > 2 ? [lines[0], lines[1] + " …"] : lines
    }
  }

  package var size: (width: Int, height: Int) { (440, Self.head + foot + rowHeight * max(1, rows.count)) }

  private static let nameHeight = 16
  /// The signs of a name that surely fit the width.
  private static let nameLength = 52
  /// What a row whose name takes one line is high.
  private static let leastHeight = 58
  /// What the further lines of names take.
  private var furtherHeight: Int { Self.nameHeight * (names.reduce(1) { max($0, $1.count) } - 1) }
  private var rowHeight: Int { Self.leastHeight + furtherHeight }
  private static let head = 8
  /// Lines of the key: the means, the paper's points, the seeds', and the further marks.
  private var keyLines: Int { 1 + (seeds.isEmpty ? 0 : 1) + (published.isEmpty ? 0 : 1) + marks.count }
  private var foot: Int { 70 + 22 * keyLines }
  /// Where a row's name and its three kinds of points stand, in rows from its middle downwards, so that none hides
  /// another. The name stands over its points, not beside them, which leaves the width of a phone to the figures.
  private var places: (name: Double, seeds: Double, mean: Double, paper: Double) {
    let (further, height) = (Double(furtherHeight), Double(rowHeight))
    guard further > 0 else { return (name: -0.31, seeds: -0.06, mean: 0.13, paper: 0.34) }
    func place(_ pixels: Double) -> Double { pixels / height - 0.5 }
    return (name: place(11), seeds: place(26 + further), mean: place(37 + further), paper: place(49 + further))
  }

  package func addData(to script: inout GnuplotScript, prefix: String) {
    let numbered = rows.enumerated().map { (y: Double($0.offset), row: $0.element) }
    let places = places
    script.data(
      prefix + "mean",
      numbered.compactMap { y, row in row.mean.map { [$0, y + places.mean, row.spread ?? .nan] } },
      columns: 3)
    script.data(
      prefix + "seeds", numbered.flatMap { y, row in row.values.map { [$0, y + places.seeds] } }, columns: 2)
    script.data(
      prefix + "paper", numbered.compactMap { y, row in row.published.map { [$0, y + places.paper] } },
      columns: 2)
    for index in marks.indices {
      script.data(
        "\(prefix)mark\(index)_",
        numbered.compactMap { y, row in
          (row.marks.indices.contains(index) ? row.marks[index] : nil).map { [$0, y + places.mean] }
        }, columns: 2)
    }
  }

  package func commands(prefix: String) -> [String] {
    let values = rows.flatMap { row -> [Double] in
      let ends = row.mean.map { [$0 - (row.spread ?? 0), $0 + (row.spread ?? 0)] } ?? []
      return ends + row.values + (row.published.map { [$0] } ?? []) + row.marks.compactMap { $0 }
    }
    let limits = Plot.limits(values + (marksZero ? [0] : [])) ?? (0, 100)
    let height = Double(size.height)
    let lines = (0...max(1, rows.count)).map { "'' \(Double($0) - 0.5)" }
    var commands = [
      "set xrange [\(limits.low):\(limits.high)]",
      "set yrange [\(Double(max(1, rows.count)) - 0.5):-0.5]",
      "set ytics (\(lines.joined(separator: ", "))) scale 0",
      "set grid xtics ytics lc rgb '\(ChartTheme.hair)' lw 0.8 lt 1",
      "set border 1 lc rgb '\(ChartTheme.ink)' lw 1",
      "set lmargin at screen 0.03", "set rmargin at screen 0.97",
      "set xlabel \(axis.quotedForGnuplot) noenhanced offset 0,0.3 textcolor rgb '\(ChartTheme.ink)'",
      "set bmargin at screen \(Double(foot) / height)", "set tmargin at screen \(1 - Double(Self.head) / height)",
      "set key at screen 0.015,\(Double(6 + 22 * keyLines) / height) left top Left reverse vertical maxcols 1 noenhanced samplen 2 "
        + "spacing 1.1 textcolor rgb '\(ChartTheme.ink)'",
    ]
    if marksZero {
      commands.append(
        "set arrow from 0,graph 0 to 0,graph 1 nohead lc rgb '\(ChartTheme.ink)' lw 1 dashtype 3 back")
    }
    let (places, rowHeight) = (places, Double(rowHeight))
    for (index, name) in names.enumerated() {
      for (line, text) in name.enumerated() {
        let place = Double(index) + places.name + Double(line * Self.nameHeight) / rowHeight
        commands.append(
          "set label \(text.quotedForGnuplot) at graph 0,first \(place) left noenhanced textcolor rgb '\(ChartTheme.ink)'"
        )
      }
    }
    for (index, row) in rows.enumerated() where row.mean == nil && row.isMeasured {
      commands.append(
        "set label 'no finished run' at graph 0,first \(Double(index) + places.mean) left noenhanced "
          + "textcolor rgb '#777777'")
    }
    let dot = SeriesStyle.measured
    let paper = SeriesStyle.published
    let further = marks.enumerated().map { index, mark in
      ", $\(prefix)mark\(index)_ using 1:2 with points pt \(mark.style.marker) ps 1.1 lw 2 lc rgb '\(mark.style.color)' "
        + "title \(mark.title.quotedForGnuplot)"
    }.joined()
    let points =
      seeds.isEmpty
      ? ""
      : "$\(prefix)seeds using 1:2 with points pt 7 ps 0.4 lc rgb '\(SeriesStyle.seeds)' title \(seeds.quotedForGnuplot), "
    let papers =
      published.isEmpty
      ? ""
      : ", $\(prefix)paper using 1:2 with points pt \(paper.marker) ps 1.05 lc rgb '\(paper.color)' "
        + "title \(published.quotedForGnuplot)"
    commands.append(
      """
      plot \(points)$\(prefix)mean using 1:2:3 with xerrorbars pt \(dot.marker) ps 0.95 lw 2 lc rgb '\(dot.color)' \
      title \(measured.quotedForGnuplot), \
      $\(prefix)mean using 1:2 with points pt \(dot.marker) ps 0.95 lw 2 lc rgb '\(dot.color)' notitle\(papers)\(further)
      """)
    return commands
  }
}
