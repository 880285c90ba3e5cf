import Charts
import Documents
import Runs

/// Curves of retrieval from the ranks of each query's true matches.
package enum RetrievalCurves {
  /// The cumulated matching characteristic: at each rank from 1 to `last`, the share of the counted queries whose first
  /// match is within it, in percent; nil where no query has a match.
  package static func cumulatedMatching(_ ranks: [QueryRanking], last: Int) -> [Double]? {
    let firsts = ranks.compactMap(\.matchRanks.first)
    guard !firsts.isEmpty else { return nil }
    return (1...last).map { rank in 100 * Double(firsts.count { $0 <= rank }) / Double(firsts.count) }
  }

  /// The recall levels that precision is read at.
  package static let recallLevels = (0...20).map { Double($0) / 20 }

  /// The mean over the counted queries of the interpolated precision, the largest at that recall or beyond, at each of
  /// ``recallLevels``, in percent; nil where no query has a match.
  package static func precision(_ ranks: [QueryRanking]) -> [Double]? {
    let counted = ranks.filter { !$0.matchRanks.isEmpty }
    guard !counted.isEmpty else { return nil }
    var sums = [Double](repeating: 0, count: recallLevels.count)
    for query in counted {
      let matches = query.matchRanks
      var best = 0.0
      var place = matches.count
      for level in recallLevels.indices.reversed() {
        // The first match that reaches this recall: ⌈level · n⌉, counted from 1, in whole numbers.
        let needed = max(1, (level * matches.count + recallLevels.count - 2) / (recallLevels.count - 1))
        while place >= needed {
          best = max(best, Double(place) / Double(matches[place - 1]))
          place -= 1
        }
        sums[level] += best
      }
    }
    return sums.map { 100 * $0 / Double(counted.count) }
  }
}

package enum RetrievalCurve: Sendable {
  case matching, precision

  fileprivate func values(_ ranks: [QueryRanking]) -> [Double]? {
    self == .matching ? RetrievalCurves.cumulatedMatching(ranks, last: 20) : RetrievalCurves.precision(ranks)
  }

  /// Where its n-th value stands on the level axis.
  fileprivate func place(_ index: Int) -> Double {
    self == .matching ? Double(index + 1) : 100 * RetrievalCurves.recallLevels[index]
  }

  fileprivate var words: String {
    self == .matching
      ? "Cumulated matching characteristic: the share of queries whose first right match is within each rank"
      : "Precision over recall: interpolated (the largest precision at that recall or beyond), the mean over the queries"
  }
}

extension Report {
  /// Curves of retrieval from the ranks of each query's matches, a curve a row; nil where no run has kept its ranks.
  ///
  /// Ranks are kept of the plain descriptors alone: re-ranked rows have no curve.
  ///
  /// - Throws: a `FileError` where a run's ranks cannot be read.
  package func retrieval(_ kind: RetrievalCurve, _ name: String, _ rows: [Row]) throws -> Drawing? {
    let isMatching = kind == .matching
    var curves: [CurveChart.Curve] = []
    var ends: [String] = []
    for (index, row) in rows.filter({ !$0.isReranked }).enumerated() {
      let seeds = try (row.variant?.finished ?? []).compactMap {
        try RunStore.ranks(in: $0.folder).flatMap(kind.values)
      }
      guard let first = seeds.first else { continue }
      let points = first.indices.compactMap { place in
        Sample(seeds.map { $0[place] }).map {
          CurveChart.Point(
            x: kind.place(place), mean: $0.mean, low: $0.range.lowerBound, high: $0.range.upperBound)
        }
      }
      curves.append(CurveChart.Curve(label: row.plain, style: .series(index), points: points))
      let shown = (isMatching ? [0, 4, 9] : [0, 10, 20]).map { place in
        "\(Numerals.number(points[place].mean)) at \(isMatching ? "rank" : "recall") \(Int(points[place].x))"
      }
      ends.append("\(row.plain.onOneLine) \(shown.joined(separator: ", "))")
    }
    guard !curves.isEmpty else { return nil }
    let chart = CurveChart(
      name: name, axis: isMatching ? "queries with a match so far (%)" : "precision (%)", isLogarithmic: false,
      panels: [CurveChart.Panel(title: records.measuredOn, curves: curves)],
      across: isMatching ? "rank" : "recall (%)", limits: isMatching ? 1...20 : 0...100, upright: 0...100)
    return Drawing(
      chart,
      caption: Typeset(
        "\(kind.words); measured on \(records.measuredOn), mean over the finished seeds, band from the smallest to the "
          + "largest. The paper prints no such curve."),
      alternative: "\(kind.words), in percent. \(ends.joined(separator: "; ")).", isWide: true)
  }
}
