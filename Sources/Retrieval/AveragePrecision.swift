/// Average precision of one query in the two forms that are in use. They differ by up to a point.
package struct AveragePrecision: Hashable, Sendable {
  /// The mean over the true matches of the precision at that match: the form that most code uses.
  package let rectangle: Double
  /// The mean over the true matches of the mean of the precisions just before and at that match, the one before the
  /// first place being 1: the form of Market-1501's own code.
  package let trapezoid: Double

  /// Measures a ranking.
  ///
  /// - Parameter ranks: the places of the true matches, ascending, from 0; not empty.
  /// - Returns: nil where there are no true matches: the query does not count.
  package init?(matchRanks ranks: [Int]) {
    guard !ranks.isEmpty else { return nil }
    var rectangle = 0.0
    var trapezoid = 0.0
    for (found, rank) in ranks.enumerated() {
      let precision = Double(found + 1) / Double(rank + 1)
      let before = rank == 0 ? 1 : Double(found) / Double(rank)
      rectangle += precision
      trapezoid += (before + precision) / 2
    }
    self.rectangle = rectangle / Double(ranks.count)
    self.trapezoid = trapezoid / Double(ranks.count)
  }

  /// Measures a ranking given as a list of "is a true match", best first.
  ///
  /// - Returns: nil where none is.
  package init?(matches: [Bool]) {
    self.init(matchRanks: matches.indices.filter { matches[$0] })
  }
}
