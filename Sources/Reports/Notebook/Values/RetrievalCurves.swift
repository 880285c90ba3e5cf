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
