import Charts
import Models

/// A box with its words broken into lines.
struct DrawnBox {
  let lines: [String]
  let size: String
  let paint: SVGCanvas.Paint

  static let letters = 11.5
  static let line = 14.0

  init(_ words: String, _ size: String, _ paint: SVGCanvas.Paint, within room: Double = 112) {
    self.init(lines: SVGCanvas.lines(words, within: room, size: Self.letters), size, paint)
  }

  init(lines: [String], _ size: String, _ paint: SVGCanvas.Paint) {
    (self.lines, self.size, self.paint) = (lines, size, paint)
  }

  init(_ box: TaskSketch.Box) {
    let paint: SVGCanvas.Paint =
      switch box.kind {
      case .step: .plain
      case .stages: .grey
      case .vector: .blue
      case .loss: .orange
      }
    self.init(box.words, box.size, paint)
  }

  /// What a network gives of an image.
  init(descriptorOf method: Method) {
    self.init(method.descriptor, "= \(method.network.descriptorLength) numbers", .blue, within: 300)
  }

  /// Something that is done with descriptors.
  init(step: String) { self.init(step, "", .plain, within: 170) }

  var width: Double {
    let widest = (lines + [size]).map { SVGCanvas.width($0, size: Self.letters) }.max() ?? 0
    return max(50, widest + 14)
  }

  var height: Double { Double(lines.count) * Self.line + (size.isEmpty ? 0 : Self.line) + 12 }
}

/// Boxes one behind the other.
struct DrawnRow {
  var cells: [DrawnBox]
  var reads: [TaskSketch.Source] = []

  /// From one box to the next.
  static let arrow = 20.0

  var width: Double { cells.reduce(-Self.arrow) { $0 + $1.width + Self.arrow } }
  var height: Double { cells.map(\.height).max() ?? 0 }

  /// Tasks that are read stand before the boxes, by their names.
  var tags: [String] {
    reads.compactMap { if case .task(let task) = $0 { task.title } else { nil } }
  }

  var tagWidth: Double { tags.map { SVGCanvas.width($0, size: DrawnBox.letters) + 12 }.max() ?? 0 }
  var tagsWidth: Double { tags.isEmpty ? 0 : tagWidth + Self.arrow }

  /// What comes from the trunk.
  var wires: [TaskSketch.Source] { reads.filter { if case .task = $0 { false } else { true } } }
}

extension SVGCanvas {
  mutating func draw(_ cell: DrawnBox, x: Double, y: Double, width: Double, height: Double) {
    box(x: x, y: y, width: width, height: height, cell.paint)
    var line = y + (height - cell.height) / 2 + 6 + DrawnBox.line - 3.5
    for words in cell.lines {
      text(words, x: x + width / 2, y: line, size: DrawnBox.letters, .middle)
      line += DrawnBox.line
    }
    if !cell.size.isEmpty {
      text(cell.size, x: x + width / 2, y: line, size: DrawnBox.letters, .middle, isSoft: true)
    }
  }

  /// A row's boxes with arrows between, from x on.
  ///
  /// - Parameter widths: of the boxes; by default each as wide as its words.
  mutating func draw(_ row: DrawnRow, x: Double, y: Double, widths: [Double]? = nil) {
    var x = x
    for (place, cell) in row.cells.enumerated() {
      if place > 0 {
        let middle = y + row.height / 2
        line([Point(x, middle), Point(x + DrawnRow.arrow, middle)], hasHead: true)
        x += DrawnRow.arrow
      }
      let width = widths?[place] ?? cell.width
      draw(cell, x: x, y: y, width: width, height: row.height)
      x += width
    }
  }

  /// What boxes of each paint mean, in a line.
  mutating func legend(_ signs: [(SVGCanvas.Paint, String)], x: Double, y: Double) {
    var x = x
    for (paint, words) in signs {
      box(x: x, y: y - 9, width: 12, height: 10, paint)
      text(words, x: x + 17, y: y, size: 11, isSoft: true)
      x += 17 + Self.width(words, size: 11) + 18
    }
  }
}
