import Charts
import Documents
import Foundation
import Support

/// The orderings that the paper claims and that were measured, a line each: the difference with its interval beside the
/// paper's, and what came of it.
///
/// It is drawn twice, for a page's width and for a phone's; where a line of words is too long for its place, it is broken.
struct ClaimsFigure {
  /// The orderings, those of a claim one behind the other.
  let judgements: [ClaimJudgement]

  private struct Layout {
    let width: Double
    /// How wide a claim's words may stand, and whether they stand over its lines instead of beside them.
    let claim: Double
    let isStacked: Bool
    /// Where the column's name stands, where differences are drawn, where the verdict stands.
    let column: Double
    let plot: ClosedRange<Double>
    let verdict: Double
    /// Where the number of seeds and the verdict of a study stand; nil puts both under the verdict.
    let seeds: Double?
    let study: Double
    let line: Double

    static let wide = Layout(
      width: 940, claim: 286, isStacked: false, column: 306, plot: 394...688, verdict: 704, seeds: 812, study: 858,
      line: 18)
    static let narrow = Layout(
      width: 380, claim: 364, isStacked: true, column: 8, plot: 92...252, verdict: 262, seeds: nil, study: 262,
      line: 29)
  }

  private static let words = 12.0
  private static let small = 11.0
  private static let head = 40.0
  private static let foot = 40.0
  private static let title = 26.0
  private static let wordLine = 15.0

  /// Where everything stands, from top to bottom.
  private struct Places {
    var titles: [(text: String, y: Double)] = []
    var claims: [(lines: [String], y: Double)] = []
    var lines: [(judgement: ClaimJudgement, y: Double)] = []
    var rules: [Double] = []
    var bottom = 0.0
  }

  private func places(_ layout: Layout) -> Places {
    var places = Places()
    var y = Self.head
    for table in judgements.map(\.table).unique {
      let own = judgements.filter { $0.table == table }
      places.titles.append((own[0].tableLabel + own[0].measuredWhere, y + 17))
      y += Self.title
      for claim in own.map(\.claim).unique {
        let columns = own.filter { $0.claim == claim }
        let lines = SVGCanvas.lines(columns[0].statement.onOneLine, within: layout.claim, size: Self.words)
        places.rules.append(y)
        places.claims.append((lines, y + 14))
        let height = Double(lines.count) * Self.wordLine + 4
        if layout.isStacked { y += height }
        for (place, judgement) in columns.enumerated() {
          places.lines.append((judgement, y + (Double(place) + 0.5) * layout.line))
        }
        y += max(Double(columns.count) * layout.line, layout.isStacked ? 0 : height) + 2
      }
    }
    places.bottom = y
    return places
  }

  /// The drawing for a page, and the one for a phone.
  func figure(_ name: String) -> Figure {
    Figure(
      name: name,
      caption:
        "Every ordering that the paper claims and that was measured, in points: the difference over paired seeds with its 95 % "
        + "interval (dot and bar; a bar that ends in an arrow goes on), and the paper’s (diamond). Filled: decided at that "
        + "level, square where against the paper. The first word is the verdict of these seeds, taken as fixed beforehand; "
        + "the last is that of a test which may be looked at after every seed.",
      alternative: "Differences with 95 % intervals. \(readings.joined(separator: "; ")).", isWide: true,
      svg: drawn(.wide), narrow: drawn(.narrow))
  }

  private var readings: [String] {
    judgements.map { judgement in
      let measured = judgement.measured.map { Numerals.signed($0) } ?? "nothing"
      return "\(judgement.statement.onOneLine), \(judgement.columnTitle): \(measured), the paper "
        + "\(Numerals.signed(judgement.published)), \(judgement.outcome)"
    }
  }

  /// The differences that have a place: all that were measured or printed, and of intervals that reach farther a part.
  private var limits: ClosedRange<Double> {
    let points = judgements.flatMap { [$0.measured ?? 0, $0.published, 0] }.filter(\.isFinite)
    let ends = judgements.flatMap { $0.interval ?? [] }.filter(\.isFinite)
    let (low, high) = (points.min() ?? 0, points.max() ?? 0)
    let room = 0.3 * max(high - low, 1)
    return max(
      low - room, min(low, ends.min() ?? low) - 0.02 * room)...min(
        high + room, max(high, ends.max() ?? high) + 0.02 * room)
  }

  private func drawn(_ layout: Layout) -> String {
    let (places, limits) = (places(layout), limits)
    let height = places.bottom + Self.foot
    func across(_ value: Double) -> Double {
      let share = (value - limits.lowerBound) / (limits.upperBound - limits.lowerBound)
      return layout.plot.lowerBound + min(1, max(0, share)) * (layout.plot.upperBound - layout.plot.lowerBound)
    }
    var canvas = SVGCanvas()
    for mark in marks(limits, isFine: !layout.isStacked) {
      let x = across(mark)
      // Beside the lines alone: claims' words stand between them.
      for line in places.lines {
        canvas.rule(
          .init(x, line.y - layout.line / 2), .init(x, line.y + layout.line / 2),
          mark == 0 ? "#777777" : ChartTheme.hair)
      }
      canvas.text(
        Numerals.signed(mark, decimals: 0), x: x, y: places.bottom + 15, size: Self.small, .middle, isSoft: true)
    }
    canvas.text(
      "difference (points)", x: (layout.plot.lowerBound + layout.plot.upperBound) / 2, y: places.bottom + 31,
      size: Self.small, .middle, isSoft: true)
    heads(layout, on: &canvas)
    for rule in places.rules { canvas.rule(.init(0, rule), .init(layout.width, rule)) }
    for title in places.titles { canvas.text(title.text, x: 8, y: title.y, size: Self.words, isBold: true) }
    for claim in places.claims {
      for (place, line) in claim.lines.enumerated() {
        canvas.text(line, x: 8, y: claim.y + Double(place) * Self.wordLine, size: Self.words)
      }
    }
    for line in places.lines { draw(line.judgement, at: line.y, layout, on: &canvas, across: across) }
    return canvas.svg(width: layout.width, height: height, title: "The orderings that the paper claims")
  }

  private func heads(_ layout: Layout, on canvas: inout SVGCanvas) {
    func head(_ first: String, _ second: String, _ x: Double) {
      canvas.text(first, x: x, y: 15, size: Self.small, isSoft: true)
      canvas.text(second, x: x, y: 29, size: Self.small, isSoft: true)
    }
    if !layout.isStacked { head("The paper claims:", "", 8) }
    canvas.text("measured, 95 %", x: layout.plot.lowerBound + 14, y: 15, size: Self.small, isSoft: true)
    canvas.text("the paper’s", x: layout.plot.lowerBound + 14, y: 29, size: Self.small, isSoft: true)
    canvas.sign(.dot, at: .init(layout.plot.lowerBound + 5, 11), size: 7, SeriesStyle.measured.color)
    canvas.sign(.diamond, at: .init(layout.plot.lowerBound + 5, 25), size: 8, SeriesStyle.published.color)
    if let seeds = layout.seeds {
      head("verdict", "at 95 %", layout.verdict)
      head("seeds", "", seeds)
      head("after every", "seed", layout.study)
    } else {
      head("verdict, seeds;", "after every seed", layout.verdict)
    }
  }

  private func draw(
    _ judgement: ClaimJudgement, at y: Double, _ layout: Layout, on canvas: inout SVGCanvas, across: (Double) -> Double
  ) {
    let isDecided = judgement.verdict == .reproduced || judgement.verdict.isContradiction
    let color = (judgement.verdict.isContradiction ? SeriesStyle.contrary : .measured).color
    canvas.text(judgement.columnTitle, x: layout.column, y: y + 4, size: Self.small, isSoft: true)
    if let interval = judgement.interval, interval.allSatisfy(\.isFinite) {
      canvas.rule(.init(across(interval[0]), y), .init(across(interval[1]), y), color, width: 2)
      for (end, way) in zip(interval, [-1.0, 1]) {
        let x = across(end)
        let isCut = end < limits.lowerBound || end > limits.upperBound
        let wing = isCut ? x - 5 * way : x
        for side in [-4.0, 4] { canvas.rule(.init(x, isCut ? y : y - side), .init(wing, y + side), color, width: 1.5) }
      }
    }
    if let measured = judgement.measured, measured.isFinite {
      canvas.sign(
        judgement.verdict.isContradiction ? .square : .dot, at: .init(across(measured), y), size: 7, color,
        isFilled: isDecided)
    }
    canvas.sign(.diamond, at: .init(across(judgement.published), y), size: 8, SeriesStyle.published.color)
    let study = judgement.sequence?.decision.word ?? "open"
    let first = layout.seeds == nil ? y - 2 : y + 4
    canvas.text(
      judgement.outcome, x: layout.verdict, y: first, size: Self.small, isBold: isDecided, isSoft: !isDecided,
      color: judgement.verdict.isContradiction ? color : nil)
    if let place = layout.seeds {
      canvas.text("\(judgement.seeds)", x: place, y: y + 4, size: Self.small, isSoft: true)
      canvas.text(study, x: layout.study, y: y + 4, size: Self.small, isSoft: true)
    } else {
      canvas.text(
        "\(Wording.count(judgement.seeds, "seed")); \(study)", x: layout.study, y: y + 11, size: 10, isSoft: true)
    }
  }

  /// Round numbers between the limits, zero among them.
  private func marks(_ limits: ClosedRange<Double>, isFine: Bool) -> [Double] {
    let most = isFine ? 8.0 : 4.0
    let width = limits.upperBound - limits.lowerBound
    let step = [1.0, 10, 100].flatMap { power in [1.0, 2, 5].map { $0 * power } }.first { width / $0 <= most } ?? 1000
    return stride(from: (limits.lowerBound / step).rounded(.up) * step, through: limits.upperBound, by: step)
      .map { $0 + 0 }
  }
}

extension ClaimJudgement {
  /// What came of an ordering, in a word or two.
  var outcome: String { verdict == .missed ? "no difference" : verdict.rawValue }

  fileprivate var measuredWhere: String {
    dataset.map { ", measured on \($0.onOneLine)\(isSynthetic == true ? " (drawn)" : "")" } ?? ""
  }
}

extension SequentialDecision {
  /// The same where there is room for a word or two.
  var word: String { self == .noSuchDifference ? "no difference" : rawValue }
}
