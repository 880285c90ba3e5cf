import Retrieval
import TestSupport
import Testing

/// A second opinion on the nearest images of a query.
struct FirstRescoredTests {
  /// The places in the order of some distances, ties in the list's order.
  private func order(_ distances: [Float]) -> [Int] {
    distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
  }

  @Test("the first are ordered by their new distances, the others behind them as they were")
  func grid() throws {
    try withEvery("gallery", in: [1, 2, 7, 100]) { count in
      try withEvery("first", in: [1, 3, 75, 100]) { first in
        try withEvery("scale", in: [0.01, 1, 50]) { scale in
          // Tenths, so that there are ties.
          let distances = TestNumbers.whole(count, "rescored \(scale)", in: 0...20).map {
            Float($0) / 10 * Float(scale)
          }
          let rescored = FirstRescored(distances: distances, first: first)
          let old = order(distances)
          try Agreement.require(rescored.first == Array(old.prefix(first)), "\(rescored.first)")
          let scores = TestNumbers.uniform(rescored.first.count, "scores", in: 0...1)
          let merged = rescored.merged(scores)
          let new = zip(scores, rescored.first).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
          let expected = new + old.dropFirst(first)
          try Agreement.require(order(merged) == expected, "\(order(merged)) is not \(expected)")
          for (place, score) in zip(rescored.first, scores) { #expect(merged[place] == score) }
        }
      }
    }
  }

  @Test("by hand: the gap, and none where the others are far already")
  func byHand() {
    #expect(FirstRescored(distances: [0.25, 0.5, 0.75, 1], first: 2).merged([1, 0.5]) == [1, 0.5, 2, 2.25])
    #expect(FirstRescored(distances: [3, 4, 5], first: 1).merged([0.5]) == [0.5, 4, 5])
    #expect(FirstRescored(distances: [2, 1], first: nil).merged([0.5, 0.25]) == [0.25, 0.5])
    #expect(FirstRescored(distances: [], first: 5).merged([]).isEmpty)
  }

  @Test("distances that rounding would make equal keep their order")
  func rounding() {
    let close: [Float] = [0, 1e-3, Float(1e-3).nextUp, Float(1e-3).nextUp, 0.5]
    let merged = FirstRescored(distances: close, first: 1).merged([1])
    #expect(merged[1] < merged[2] && merged[2] == merged[3] && merged[3] < merged[4])
  }
}
