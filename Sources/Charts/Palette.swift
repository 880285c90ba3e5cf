/// How series look on charts: the Okabe-Ito colours, which the colour-blind can tell apart, and for each a marker and a
/// dash of its own, so that charts read without colour too.
package struct SeriesStyle: Hashable, Sendable {
  /// The colour as `#rrggbb`.
  package let color: String
  /// gnuplot's number of the marker.
  let marker: Int
  /// gnuplot's number of the dash.
  let dash: Int

  /// What was measured: blue, a filled circle.
  package static let measured = SeriesStyle(color: "#0072B2", marker: 7, dash: 1)
  /// What the paper printed: vermilion, a diamond.
  package static let published = SeriesStyle(color: "#D55E00", marker: 13, dash: 2)
  /// What was measured and speaks against the paper: wine red, a filled square.
  package static let contrary = SeriesStyle(color: "#882255", marker: 5, dash: 1)
  /// The colour of what each seed measured: the light blue beside the mean's blue.
  static let seeds = "#56B4E9"
  /// The accuracy of always saying the most frequent class: a grey cross.
  package static let majority = SeriesStyle(color: "#555555", marker: 2, dash: 3)
  /// The accuracy that unlabelled colours leave: a green triangle, hollow.
  package static let ceiling = SeriesStyle(color: "#009E73", marker: 8, dash: 4)
  /// Any number of series, told apart by colour, marker and dash together.
  package static func series(_ index: Int) -> SeriesStyle {
    let colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555"]
    let markers = [7, 5, 9, 13, 11, 6, 4, 8]
    return SeriesStyle(color: colors[index % 7], marker: markers[index % 8], dash: index % 5 + 1)
  }

  /// Of a task's loss, by the task's place in the list of all. Dashes of dots alone (3) are left out: curves cross.
  package static func task(_ place: Int) -> SeriesStyle {
    let style = series(place)
    return SeriesStyle(color: style.color, marker: style.marker, dash: [1, 2, 4, 5][place % 4])
  }
}

/// What all charts share: paper, ink, letters.
package enum ChartTheme {
  static let ink = "#222222"
  /// Lines that only help the eye.
  package static let hair = "#DDDDDD"

  /// The commands that every chart starts with.
  static let opening = """
    reset session
    set encoding utf8
    set minussign
    set errorbars 0.8
    set datafile missing 'nan'
    \(axes)
    """

  /// The commands that draw axes at the left and the bottom and a faint grid.
  static let axes = """
    set border 3 lc rgb '\(ink)' lw 1
    set xtics nomirror out scale 0.6 textcolor rgb '\(ink)' autofreq
    set ytics nomirror out scale 0.6 textcolor rgb '\(ink)' autofreq
    set grid lc rgb '\(hair)' lw 0.8 lt 1
    """

  /// The commands that choose a format, a size in points and a file.
  static func terminal(_ format: ChartFormat, width: Int, height: Int, file: String) -> String {
    switch format {
    case .svg:
      """
      set terminal svg noenhanced size \(width),\(height) fixed font 'DejaVu Sans,Arial,Helvetica,sans-serif,14' \
      background rgb 'white' dashlength 1
      set output '\(file)'
      """
    case .png:
      """
      set terminal pngcairo noenhanced size \(width * 2),\(height * 2) font 'DejaVu Sans,11' fontscale 1.9 linewidth 2 \
      pointscale 2 background rgb 'white' dashlength 1
      set output '\(file)'
      """
    }
  }
}

/// The formats that each chart is drawn in.
enum ChartFormat: String, CaseIterable {
  /// For pages and print.
  case svg
  /// For everything that shows pictures only, at twice the size.
  case png
}
