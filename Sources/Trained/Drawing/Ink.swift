import Charts
import Foundation

/// What is drawn over pixels: letters, lines, frames and discs, by gnuplot on a transparent ground, so that they are
/// smooth and letters of any script are there.
package struct Ink {
  /// Where a text stands about its place.
  package enum Alignment: String {
    case left, center, right
  }

  /// Colours of Okabe and Ito that the colour-blind can tell apart, and text.
  package enum Colour: String {
    /// Bluish green: right.
    case right = "#009E73"
    /// Vermilion: wrong.
    case wrong = "#D55E00"
    /// Text and frames.
    case ink = "#222222"
    /// Text that only helps.
    case pale = "#666666"
    /// On dark ground.
    case white = "#FFFFFF"
    /// Sky blue: lines over a picture.
    case line = "#56B4E9"
    /// Blue and orange of Tol: the two sides of a person.
    case personsLeft = "#0077BB"
    case personsRight = "#EE7733"
  }

  /// gnuplot's name of solid and dashed.
  package enum Dash: String {
    case solid = "solid"
    case dashed = "(7,4)"
  }

  private var commands: [String] = []

  /// Starts with nothing.
  package init() {}

  /// Writes a line of text whose middle is at `y`.
  package mutating func text(
    _ text: String, x: Double, y: Double, size: Double, _ alignment: Alignment = .left, colour: Colour = .ink,
    isBold: Bool = false
  ) {
    guard !text.isEmpty else { return }
    // A terminal's point is 4/3 of a pixel.
    let font = "DejaVu Sans\(isBold ? ":Bold" : ""),\(size * 0.75)"
    commands.append(
      "set label \(Self.quoted(text)) at first \(x),\(y) \(alignment.rawValue) front noenhanced font '\(font)' "
        + "textcolor rgb '\(colour.rawValue)'")
  }

  /// A text of any length as gnuplot's language has it: pieces that are quoted each on its own, joined by gnuplot.
  static func quoted(_ text: String) -> String {
    let letters = Array(text)
    let pieces = stride(from: 0, to: max(1, letters.count), by: 50).map { start in
      String(letters[start..<min(start + 50, letters.count)]).quotedForGnuplot
    }
    return "(" + pieces.joined(separator: " . ") + ")"
  }

  /// Draws a straight line.
  package mutating func line(
    _ from: (x: Double, y: Double), _ to: (x: Double, y: Double), width: Double, colour: Colour, dash: Dash = .solid
  ) {
    commands.append(
      "set arrow from first \(from.x),\(from.y) to first \(to.x),\(to.y) nohead front lw \(width) dt \(dash.rawValue) "
        + "lc rgb '\(colour.rawValue)'")
  }

  /// Draws the outline of a rectangle, its line's middle on the rectangle's edge.
  package mutating func frame(
    x: Double, y: Double, width: Double, height: Double, line: Double, colour: Colour, dash: Dash = .solid
  ) {
    commands.append(
      "set object rect from first \(x),\(y) to first \(x + width),\(y + height) front fs empty border "
        + "lc rgb '\(colour.rawValue)' lw \(line) dt \(dash.rawValue)")
  }

  /// Draws a disc with a rim.
  package mutating func disc(x: Double, y: Double, radius: Double, fill: Colour, rim: Colour, line: Double = 2) {
    commands.append(
      "set object circle at first \(x),\(y) size first \(radius) front fs solid 1.0 border lc rgb '\(rim.rawValue)' "
        + "fc rgb '\(fill.rawValue)' lw \(line)")
  }

  /// Draws everything on a transparent ground.
  ///
  /// - Throws: `PlainError` where gnuplot is missing or fails, ``PlainError`` where its picture cannot be read.
  package func layer(width: Int, height: Int) throws -> Layer {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("aanet-ink-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var script = GnuplotScript()
    script.command(
      """
      reset session
      set encoding utf8
      set terminal pngcairo transparent noenhanced size \(width),\(height) font 'DejaVu Sans,12' dashlength 1
      set output 'ink.png'
      set lmargin at screen 0
      set rmargin at screen 1
      set bmargin at screen 0
      set tmargin at screen 1
      unset border
      unset tics
      unset key
      set xrange [0:\(width)]
      set yrange [\(height):0]
      """)
    for command in commands { script.command(command) }
    script.command("plot NaN notitle\nunset output")
    try Gnuplot.run(script, in: folder)
    return try PNG.decode(try Data(contentsOf: folder.appendingPathComponent("ink.png")))
  }
}
