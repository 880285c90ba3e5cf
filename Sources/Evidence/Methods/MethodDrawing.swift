import Charts
import Documents
import Models
import Support

/// A method's network, training and test in one figure, drawn from its settings: the backbone's stages at the left, a lane
/// for each task with what it computes, below them the phases of training and what is done with descriptors.
struct MethodDrawing {
  private let method: Method
  private let lanes: [Lane]
  private var canvas = SVGCanvas()
  /// The middle of what each source of a chain stands for, at the trunk's right edge.
  private var outlets: [TaskSketch.Source: Double] = [:]
  /// Where the next thing is drawn.
  private var y = Self.margin

  private typealias Point = SVGCanvas.Point
  private typealias Cell = DrawnBox
  private typealias Row = DrawnRow

  private static let margin = 14.0
  private static let trunkWidth = 128.0
  /// From one wire between trunk and lanes to the next.
  private static let wire = 13.0
  private static let arrow = DrawnRow.arrow
  private static let gap = 12.0
  private static let leastWidth = 860.0
  /// For the words below the trunk.
  private static let underTrunk = 36.0

  private struct Lane {
    let title: String
    let weight: String
    let rows: [Row]

    var width: Double { rows.map { $0.tagsWidth + $0.width }.max() ?? 0 }
    var height: Double { rows.reduce(24) { $0 + $1.height + MethodDrawing.gap } }
  }

  init(_ method: Method) {
    self.method = method
    lanes = method.network.sketches(height: method.height, width: method.width).map { task, sketch in
      Lane(
        title: task.label, weight: type(of: task).hasLoss ? method.weight(of: task.name) : "no loss of its own",
        rows: sketch.chains.map { Row(cells: $0.boxes.map(Cell.init), reads: $0.reads) })
    }
  }

  /// The trunk's wires, from the images down.
  private var sources: [TaskSketch.Source] {
    let wanted = Set(lanes.flatMap { $0.rows.flatMap(\.wires) })
    return ([.images] + (1...4).map { .stage($0) }).filter(wanted.contains)
  }

  private var lanesLeft: Double { Self.margin + Self.trunkWidth + Self.wire * Double(sources.count + 1) + 8 }

  private var width: Double {
    let lanes = lanes.map { lanesLeft + $0.width + 2 * Self.gap + Self.arrow }.max() ?? 0
    return max(Self.leastWidth, lanes + Self.margin, Self.margin * 2 + testRow.width)
  }

  private var testRow: Row {
    Row(cells: [DrawnBox(descriptorOf: method)] + method.test.map(DrawnBox.init(step:)))
  }

  /// The figure as SVG.
  ///
  /// - Parameter title: what someone who does not see it should know.
  mutating func svg(title: String) -> String {
    let trunkEnd = drawTrunk()
    // Lanes that are lower than the trunk stand beside its end, which most of them read.
    y = max(y, trunkEnd - Self.underTrunk - lanes.reduce(-10 - Self.gap) { $0 + $1.height + 10 })
    for lane in lanes { draw(lane) }
    drawWires()
    y = max(y, trunkEnd) + 14
    drawTraining()
    drawTest()
    drawLegend()
    return canvas.svg(width: width, height: y + Self.margin, title: title)
  }

  private mutating func drawTrunk() -> Double {
    let network = method.network
    let map = MapExtent(height: method.height, width: method.width, backbone: network.backbone)
    let block = network.backbone.block.rawValue
    let stages = (1...4).map { stage in
      let blocks = Wording.count(network.backbone.blocks[stage - 1], "\(block) block")
      let lines = ["\(stage == 1 ? "stem, " : "")layer\(stage)", blocks]
      return (TaskSketch.Source.stage(stage), Cell(lines: lines, map.size(ofStage: stage), .grey))
    }
    let all = [(.images, Cell("images", "\(method.height)×\(method.width)×3", .plain))] + stages
    var top = Self.margin
    let middle = Self.margin + Self.trunkWidth / 2
    for (place, (source, cell)) in all.enumerated() {
      if place > 0 {
        canvas.line([Point(middle, top), Point(middle, top + Self.arrow)], hasHead: true)
        top += Self.arrow
      }
      canvas.draw(cell, x: Self.margin, y: top, width: Self.trunkWidth, height: cell.height)
      outlets[source] = top + cell.height / 2
      top += cell.height
    }
    let start = network.backbone.weights == nil ? "from chance" : "pretrained"
    for (place, words) in ["X: the map of layer4", start].enumerated() {
      canvas.text(
        words, x: middle, y: top + 16 + 14 * Double(place), size: Cell.letters, .middle, isSoft: true)
    }
    return top + Self.underTrunk
  }

  /// The rows that wires lead to: where the wire ends, and what it comes from.
  private var ends: [(source: TaskSketch.Source, at: SVGCanvas.Point)] = []

  private mutating func draw(_ lane: Lane) {
    let left = lanesLeft
    canvas.box(x: left, y: y, width: width - left - Self.margin, height: lane.height, .group)
    canvas.text(lane.title, x: left + 10, y: y + 16, isBold: true)
    canvas.text(lane.weight, x: width - Self.margin - 10, y: y + 16, size: Cell.letters, .end, isSoft: true)
    y += 24
    for row in lane.rows {
      let start = left + Self.gap + Self.arrow + row.tagsWidth
      let entries = row.tags.count + row.wires.count
      func entry(_ place: Int) -> Double {
        y + row.height / 2 + 18 * (Double(place) - Double(entries - 1) / 2)
      }
      for (place, tag) in row.tags.enumerated() {
        let (x, middle) = (start - row.tagsWidth, entry(place))
        canvas.box(x: x, y: middle - 8, width: row.tagWidth, height: 16, .green)
        canvas.text(tag, x: x + row.tagWidth / 2, y: middle + 4, size: Cell.letters, .middle)
        canvas.line([Point(x + row.tagWidth, middle), Point(start, middle)], hasHead: true)
      }
      for (place, source) in row.wires.enumerated() {
        ends.append((source, Point(start, entry(row.tags.count + place))))
      }
      canvas.draw(row, x: start, y: y)
      y += row.height + Self.gap
    }
    y += 10
  }

  /// From each outlet of the trunk one wire, which branches to all rows that read it.
  private mutating func drawWires() {
    for (place, source) in sources.enumerated() {
      guard let outlet = outlets[source] else { continue }
      let x = Self.margin + Self.trunkWidth + Self.wire * Double(place + 1)
      let own = ends.filter { $0.source == source }.map(\.at)
      canvas.line([Point(Self.margin + Self.trunkWidth, outlet), Point(x, outlet)])
      let heights = own.map(\.y) + [outlet]
      canvas.line([Point(x, heights.min() ?? outlet), Point(x, heights.max() ?? outlet)])
      for end in own {
        canvas.line([Point(x, end.y), end], hasHead: true)
        let isBranch = end.y != heights.min() && end.y != heights.max()
        if own.count > 1, isBranch || end.y == outlet { canvas.dot(x: x, y: end.y) }
      }
    }
  }

  private mutating func drawTraining() {
    let total = method.phases.reduce(0) { $0 + $1.epochs }
    heading("Training: \(Wording.count(total, "epoch")) in all")
    let isSingle = method.phases.count == 1
    let kinds = method.kindsOfPhases
    if isSingle { y += 10 } else { drawPhases(of: kinds, total: total) }
    for (kind, (phase, places)) in kinds.enumerated() {
      let left = isSingle ? Self.margin : Self.margin + 20
      if !isSingle { canvas.box(x: Self.margin, y: y - 9, width: 12, height: 10, Self.paint(kind)) }
      let often = places.count == 1 ? "" : ", \(places.count) times (\(Self.list(places)))"
      let head = isSingle ? "" : "\(phase.name)\(often): "
      let words = ((isSingle ? [] : [Wording.count(phase.epochs, "epoch")]) + phase.rules).joined(separator: "; ")
      for line in SVGCanvas.lines(head + words, within: width - Self.margin - left, size: Cell.letters) {
        canvas.text(line, x: left, y: y, size: Cell.letters)
        y += 15
      }
      y += 3
    }
    y += 8
  }

  private static func paint(_ kind: Int) -> SVGCanvas.Paint {
    [.violet, .yellow, .plain, .grey][kind % 4]
  }

  /// A bar of all phases, each as long as it has epochs.
  private mutating func drawPhases(of kinds: [(phase: Method.Phase, places: [Int])], total: Int) {
    var x = Self.margin
    for (place, phase) in method.phases.enumerated() {
      let kind = kinds.firstIndex { $0.places.contains(place) } ?? 0
      let share = (width - 2 * Self.margin) * Double(phase.epochs) / Double(max(1, total))
      canvas.box(x: x, y: y, width: share, height: 20, Self.paint(kind))
      let words = SVGCanvas.width(phase.name, size: Cell.letters) + 8 < share ? phase.name : "\(place + 1)"
      if SVGCanvas.width(words, size: Cell.letters) + 2 < share {
        canvas.text(words, x: x + share / 2, y: y + 14, size: Cell.letters, .middle)
      }
      x += share
    }
    y += 36
  }

  /// The numbers of phases that take turns: `2, 4, 6`.
  private static func list(_ places: [Int]) -> String { places.map { "\($0 + 1)" }.joined(separator: ", ") }

  private mutating func drawTest() {
    heading("Test")
    canvas.draw(testRow, x: Self.margin, y: y)
    y += testRow.height + 22
  }

  private mutating func heading(_ words: String) {
    canvas.text(words, x: Self.margin, y: y + 10, isBold: true)
    y += 18
  }

  private mutating func drawLegend() {
    var signs: [(SVGCanvas.Paint, String)] = [
      (.grey, "stages of a residual network"), (.plain, "computed"), (.blue, "goes into the descriptor"),
      (.orange, "loss"),
    ]
    if lanes.contains(where: { $0.rows.contains { !$0.tags.isEmpty } }) {
      signs.append((.green, "what another row or task gives"))
    }
    canvas.legend(signs, x: Self.margin, y: y)
  }
}

extension Method: ComposedMethod {
  /// The figure of its network, training and test.
  package func figure(named name: String) -> Figure {
    let tasks = network.tasks.all.map(\.label).joined(separator: ", ")
    let alternative =
      "The network of \(self.name): a residual network, the tasks \(tasks) on it, \(Wording.count(phases.count, "phase")) "
      + "of training, and a descriptor of \(network.descriptorLength) numbers."
    var drawing = MethodDrawing(self)
    return Figure(
      name: name,
      caption: Typeset(
        "\(self.name.onOneLine) as it is composed here, drawn from its settings: what each task reads and computes, the sizes of "
          + "what comes out for an image, the phases of training, and the test. C: the identities of the training set."),
      alternative: alternative, isWide: true, svg: drawing.svg(title: alternative))
  }
}
