/// How soon studies that are looked at after every pair are decided, by simulation.
package struct SequentialPower: Sendable {
  /// The share of the studies that is decided after so many pairs, from one on.
  package let decided: [Double]
  /// The share that had come to each decision at the end.
  package let outcomes: [SequentialDecision: Double]

  /// - Parameters:
  ///   - effect: the true difference, in deviations.
  ///   - tolerance: the smallest difference that counts, in deviations.
  ///   - pairs: where a study ends that is not decided.
  ///   - normal: draws from the standard normal distribution.
  package init(effect: Double, tolerance: Double, studies: Int, pairs: Int, normal: () -> Double) {
    var counts = [Int](repeating: 0, count: pairs)
    var ends: [SequentialDecision: Int] = [:]
    for _ in 0..<studies {
      var test = AlwaysValidT()
      var reading = SequentialReading()
      while test.count < pairs, reading.decision == .open {
        test.add(effect + normal())
        reading.see(test, tolerance: tolerance)
      }
      ends[reading.decision, default: 0] += 1
      if reading.decision != .open { counts[test.count - 1] += 1 }
    }
    var sum = 0
    decided = counts.map { count in
      sum += count
      return Double(sum) / Double(studies)
    }
    outcomes = ends.mapValues { Double($0) / Double(studies) }
  }

  /// The fewest pairs after which that share of the studies is decided; nil where they end before.
  package func pairs(deciding share: Double) -> Int? {
    decided.firstIndex { $0 >= share }.map { $0 + 1 }
  }
}
