import Charts
import Documents
import Models
import Support

/// A row of several networks, whose descriptors stand side by side.
package struct JoinedMethod: ComposedMethod {
  package let name: String
  package let yaml: String
  /// The networks, in the order of the descriptor.
  let parts: [Method]
  /// What is done with joined descriptors, in words, one step after the other.
  let test: [String]

  package init(name: String, parts: [Method], test: [String], yaml: String) {
    (self.name, self.parts, self.test, self.yaml) = (name, parts, test, yaml)
  }

  var descriptorLength: Int { parts.reduce(0) { $0 + $1.network.descriptorLength } }

  /// The figure of the joining and of the test.
  package func figure(named name: String) -> Figure {
    let count = Numerals.words(parts.count)
    let alternative =
      "\(self.name): \(count) networks, \(Wording.list(parts.map(\.name))), whose descriptors are scaled to unit length and "
      + "stand side by side, \(descriptorLength) numbers in all."
    return Figure(
      name: name,
      caption: Typeset(
        "\(self.name.onOneLine) as it is composed here, drawn from its settings: \(count) networks, each trained by itself, "
          + "what each gives of an image, how that is joined, and the test."),
      alternative: alternative, isWide: true, svg: JoinedMethodDrawing(self).svg(title: alternative))
  }
}

/// A row a network: images, network, descriptor, unit length; all lead to the joined descriptor, from which the test goes on
/// below.
private struct JoinedMethodDrawing {
  private let rows: [DrawnRow]
  private let joined: DrawnBox
  private let test: DrawnRow
  private let legend: [(SVGCanvas.Paint, String)] = [
    (.grey, "a network of its own"), (.plain, "computed"), (.blue, "descriptor"),
  ]

  private typealias Point = SVGCanvas.Point

  private static let margin = 14.0
  private static let gap = 12.0
  /// Where the rows' arrows come together.
  private static let meeting = 44.0

  init(_ method: JoinedMethod) {
    rows = method.parts.map { part in
      let backbone = part.network.backbone
      let network = [
        part.name, "\(backbone.blocks.map(String.init).joined(separator: " + ")) \(backbone.block.rawValue) blocks",
        "\(part.network.tasks.all.count == 1 ? "task" : "tasks") \(part.network.tasks.all.map { $0.label }.joined(separator: ", "))",
      ]
      return DrawnRow(cells: [
        DrawnBox("images", "\(part.height)×\(part.width)×3", .plain), DrawnBox(lines: network, "", .grey),
        DrawnBox(descriptorOf: part), DrawnBox("scaled to unit length", "", .plain),
      ])
    }
    joined = DrawnBox("side by side", "= \(method.descriptorLength) numbers", .blue)
    test = DrawnRow(
      cells: [DrawnBox("joined descriptor", joined.size, .blue)] + method.test.map(DrawnBox.init(step:)))
  }

  func svg(title: String) -> String {
    var canvas = SVGCanvas()
    let widths = (rows.first?.cells.indices ?? 0..<0).map { place in rows.map { $0.cells[place].width }.max() ?? 0 }
    let right = widths.reduce(Self.margin - DrawnRow.arrow) { $0 + $1 + DrawnRow.arrow }
    var y = Self.margin
    let top = y
    var middles: [Double] = []
    for row in rows {
      canvas.draw(row, x: Self.margin, y: y, widths: widths)
      middles.append(y + row.height / 2)
      y += row.height + Self.gap
    }
    let bottom = y - Self.gap
    for middle in middles { canvas.line([Point(right, middle), Point(right + Self.meeting, middle)], hasHead: true) }
    canvas.draw(joined, x: right + Self.meeting, y: top, width: joined.width, height: bottom - top)
    y += 14
    canvas.text("Test", x: Self.margin, y: y + 10, isBold: true)
    y += 18
    canvas.draw(test, x: Self.margin, y: y)
    y += test.height + 22
    canvas.legend(legend, x: Self.margin, y: y)
    let width = max(right + Self.meeting + joined.width, Self.margin + test.width) + Self.margin
    return canvas.svg(width: width, height: y + Self.margin, title: title)
  }
}
