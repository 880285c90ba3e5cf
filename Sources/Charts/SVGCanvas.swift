import Documents
import Foundation

/// A drawing of boxes, lines and words, for what gnuplot cannot draw. It looks as the charts do: white paper, their ink
/// and letters.
package struct SVGCanvas {
  /// How a box looks.
  package struct Paint: Sendable {
    let fill: String
    let line: String
    var dash: String?

    /// Plain paper.
    package static let plain = Paint(fill: "#FFFFFF", line: "#777777")
    package static let grey = Paint(fill: "#E8EAED", line: "#777777")
    /// What was measured is blue on charts; so is what is measured with.
    package static let blue = Paint(fill: "#D6E8F5", line: "#0072B2")
    package static let orange = Paint(fill: "#FBE3D3", line: "#D55E00")
    package static let green = Paint(fill: "#D9F0E7", line: "#009E73")
    package static let violet = Paint(fill: "#EFE6F5", line: "#8A6BA3")
    package static let yellow = Paint(fill: "#FBF3D0", line: "#A8903A")
    /// The outline of a group.
    package static let group = Paint(fill: "none", line: "#BBBBBB", dash: "3 3")
  }

  package enum Anchor: String, Sendable { case start, middle, end }

  /// A place: x to the right, y down.
  package struct Point: Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  private var elements: [String] = []

  package init() {}

  package mutating func box(x: Double, y: Double, width: Double, height: Double, _ paint: Paint) {
    let dash = paint.dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    elements.append(
      "<rect x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" width=\"\(Self.text(width))\" height=\"\(Self.text(height))\" "
        + "rx=\"4\" fill=\"\(paint.fill)\" stroke=\"\(paint.line)\"\(dash)/>")
  }

  /// A line through some points; the last may bear an arrow's head.
  package mutating func line(_ points: [Point], hasHead: Bool = false) {
    guard let first = points.first else { return }
    let path = points.dropFirst().reduce("M\(Self.text(first))") { $0 + "L\(Self.text($1))" }
    elements.append("<path d=\"\(path)\" fill=\"none\" stroke=\"#555555\" stroke-width=\"1.2\"/>")
    guard hasHead, points.count > 1 else { return }
    let (end, before) = (points[points.count - 1], points[points.count - 2])
    let length = max(1e-9, hypot(end.x - before.x, end.y - before.y))
    let (along, across) = ((end.x - before.x) / length, (end.y - before.y) / length)
    let (x, y) = (end.x - 7 * along, end.y - 7 * across)
    let wings = [Point(x - 3.5 * across, y + 3.5 * along), end, Point(x + 3.5 * across, y - 3.5 * along)]
    elements.append("<path d=\"M\(wings.map(Self.text).joined(separator: "L"))Z\" fill=\"#555555\"/>")
  }

  /// A straight line that measures or divides.
  package mutating func rule(
    _ from: Point, _ to: Point, _ color: String = ChartTheme.hair, width: Double = 1, dash: String? = nil
  ) {
    let dash = dash.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    elements.append(
      "<path d=\"M\(Self.text(from))L\(Self.text(to))\" stroke=\"\(color)\" stroke-width=\"\(Self.text(width))\"\(dash)/>"
    )
  }

  /// A point of a figure.
  package enum Sign: Sendable { case dot, square, diamond }

  package mutating func sign(_ sign: Sign, at place: Point, size: Double, _ color: String, isFilled: Bool = true) {
    let (x, y, half) = (place.x, place.y, size / 2)
    let paint = "fill=\"\(isFilled ? color : "white")\" stroke=\"\(color)\" stroke-width=\"1.5\""
    switch sign {
    case .dot:
      elements.append("<circle cx=\"\(Self.text(x))\" cy=\"\(Self.text(y))\" r=\"\(Self.text(half))\" \(paint)/>")
    case .square, .diamond:
      let corners =
        sign == .square
        ? [Point(x - half, y - half), Point(x + half, y - half), Point(x + half, y + half), Point(x - half, y + half)]
        : [Point(x, y - half), Point(x + half, y), Point(x, y + half), Point(x - half, y)]
      elements.append("<path d=\"M\(corners.map(Self.text).joined(separator: "L"))Z\" \(paint)/>")
    }
  }

  /// Where a line branches.
  package mutating func dot(x: Double, y: Double) {
    elements.append("<circle cx=\"\(Self.text(x))\" cy=\"\(Self.text(y))\" r=\"2.6\" fill=\"#555555\"/>")
  }

  package mutating func text(
    _ words: String, x: Double, y: Double, size: Double = 12, _ anchor: Anchor = .start, isBold: Bool = false,
    isSoft: Bool = false, color: String? = nil
  ) {
    elements.append(
      "<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" font-size=\"\(Self.text(size))\" text-anchor=\"\(anchor.rawValue)\""
        + (isBold ? " font-weight=\"bold\"" : "") + " fill=\"\(color ?? (isSoft ? "#555555" : ChartTheme.ink))\">"
        + "\(words.onOneLine.escapedForHTML)</text>")
  }

  /// The whole drawing.
  ///
  /// - Parameter title: what is read out where it stands by itself.
  package func svg(width: Double, height: Double, title: String) -> String {
    let (width, height) = (Self.text(width), Self.text(height))
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\" "
      + "font-family=\"DejaVu Sans,Arial,Helvetica,sans-serif\">\n<title>\(title.onOneLine.escapedForHTML)</title>\n"
      + "<rect width=\"\(width)\" height=\"\(height)\" fill=\"white\"/>\n" + elements.joined(separator: "\n")
      + "\n</svg>\n"
  }

  private static func text(_ point: Point) -> String { "\(text(point.x)) \(text(point.y))" }

  private static func text(_ value: Double) -> String { String.number(value) }
}

extension SVGCanvas {
  /// How wide words stand, by DejaVu Sans, the widest of the fonts that are asked for.
  package static func width(_ words: String, size: Double = 12) -> Double {
    words.reduce(0) { sum, letter in
      let share =
        switch letter {
        case "i", "j", "l", "I", "’", "'", ".", ",", ":", ";", "|": 0.32
        case "f", "r", "t", " ", "(", ")", "-", "/": 0.39
        case "m", "w", "M", "W", "+", "×", "=", "→", "≤", "…", "%", "@": 0.9
        case "A"..."Z": 0.7
        default: 0.62
        }
      return sum + share * size
    }
  }

  /// Words in lines of at most a width, broken at spaces.
  package static func lines(_ words: String, within width: Double, size: Double = 12) -> [String] {
    words.onOneLine.split(separator: " ").reduce(into: [String]()) { lines, word in
      if let last = lines.last, Self.width("\(last) \(word)", size: size) <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}

extension String {
  /// A tenth of a point is finer than anybody sees.
  fileprivate static func number(_ value: Double) -> String {
    let rounded = (value * 10).rounded() / 10
    return rounded == rounded.rounded() ? String(format: "%.0f", rounded) : String(format: "%.1f", rounded)
  }
}
