import Foundation
import Retrieval

/// Re-ranking as the paper writes it, over dense matrices in double precision: the oracle.
struct ReRankingOracle {
  /// `queries × gallery` new distances.
  let distances: [[Double]]

  /// - Parameter points: queries first, then the gallery.
  init(_ points: [[Double]], queries: Int, _ settings: ReRanking) {
    let count = points.count
    var original = points.map { a in
      points.map { b in zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    }
    let orders = original.enumerated().map { image, row in
      (0..<count).sorted { (row[$0], $0 == image ? -1 : $0) < (row[$1], $1 == image ? -1 : $1) }
    }
    for i in 0..<count {
      let largest = original[i].max() ?? 0
      for j in 0..<count {
        let share = largest > 0 ? original[i][j] / largest : 0
        original[i][j] = settings.variant == .d2 ? share : share * share
      }
    }
    func nearest(_ i: Int, _ k: Int) -> [Int] { Array(orders[i].prefix(k + 1)) }
    func reciprocal(_ i: Int, _ k: Int) -> Set<Int> { Set(nearest(i, k).filter { nearest($0, k).contains(i) }) }
    let half = Int((Double(settings.k1) / 2).rounded(.toNearestOrEven))
    var encodings: [[Double]] = (0..<count).map { i in
      let own = reciprocal(i, settings.k1)
      var all = own
      for candidate in own {
        let theirs = reciprocal(candidate, half)
        if Double(own.intersection(theirs).count) > 2.0 / 3 * Double(theirs.count) { all.formUnion(theirs) }
      }
      var row = [Double](repeating: 0, count: count)
      for j in all { row[j] = exp(-original[i][j]) }
      let sum = row.reduce(0, +)
      return row.map { $0 / sum }
    }
    if settings.k2 > 1 {
      let single = encodings
      for i in 0..<count {
        let near = orders[i].prefix(settings.k2)
        encodings[i] = (0..<count).map { j in near.reduce(0.0) { $0 + single[$1][j] } / Double(near.count) }
      }
    }
    distances = (0..<queries).map { q in
      (queries..<count).map { g in
        let least = zip(encodings[q], encodings[g]).reduce(0.0) { $0 + min($1.0, $1.1) }
        let most = zip(encodings[q], encodings[g]).reduce(0.0) { $0 + max($1.0, $1.1) }
        return (1 - settings.lambda) * (1 - least / most) + settings.lambda * original[q][g]
      }
    }
  }
}
