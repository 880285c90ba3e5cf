/// A run's figures computed anew from the ranks of its true matches, as fractions in 0 ... 1.
///
/// With a query's matches at the ranks r₁ < … < rₖ, its average precision is the mean of `i / rᵢ` (rectangle form); in
/// the trapezoid form of the mean of that and of the precision just before, `(i − 1) / (rᵢ − 1)`, which is 1 before the
/// first rank. mAP is the mean over the queries that have a match; Rank-k the share of them with r₁ ≤ k.
package struct RecomputedScores: Hashable, Sendable {
  /// The figures by their names in `metrics.json`.
  package var values: [String: Double] = [:]
  /// Queries that were counted.
  package var queries = 0

  /// The figures that can be recomputed, by their names in `metrics.json`.
  package static let metrics = ["mAP", "mAP_trapezoid", "rank1", "rank5", "rank10", "rank20"]

  /// Computes the figures; without a query that has a match there are none.
  package init(matchRanks: [[Int]]) {
    var sums = [Double](repeating: 0, count: Self.metrics.count)
    for ranks in matchRanks where !ranks.isEmpty {
      queries += 1
      var (rectangle, trapezoid) = (0.0, 0.0)
      for (found, rank) in ranks.enumerated() {
        let precision = Double(found + 1) / Double(rank)
        let before = rank == 1 ? 1 : Double(found) / Double(rank - 1)
        rectangle += precision
        trapezoid += (before + precision) / 2
      }
      sums[0] += rectangle / Double(ranks.count)
      sums[1] += trapezoid / Double(ranks.count)
      for (place, depth) in [1, 5, 10, 20].enumerated() where ranks[0] <= depth { sums[place + 2] += 1 }
    }
    guard queries > 0 else { return }
    for (name, sum) in zip(Self.metrics, sums) { values[name] = sum / Double(queries) }
  }
}

/// The ranks of every query's true matches as a short text: what a page carries so that its figures can be recomputed.
///
/// A query's ranks rise, so each is written as its distance from the one before (the first: from 0), less one, in
/// digits of five bits, the lowest first, a sixth bit marking that more follow. Queries are separated by a full stop. A
/// ranking whose matches come first is one letter a match: ranks 1, 2, 3, 40 are `AAAkB`.
package enum RankCode {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let stop = UInt8(ascii: ".")
  /// The largest rank that is read: no gallery is larger.
  package static let largestRank = 1 << 31

  /// Writes the ranks, counted from 1 and rising; nil where they are not.
  package static func text(of queries: [[Int]]) -> String? {
    var bytes: [UInt8] = []
    for (index, ranks) in queries.enumerated() {
      if index > 0 { bytes.append(stop) }
      var last = 0
      for rank in ranks {
        guard rank > last, rank <= largestRank else { return nil }
        var rest = rank - last - 1
        repeat {
          bytes.append(alphabet[rest & 31 | (rest > 31 ? 32 : 0)])
          rest >>= 5
        } while rest > 0
        last = rank
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads the ranks back; nil where the text is none that ``text(of:)`` writes.
  package static func queries(in text: String) -> [[Int]]? {
    guard !text.isEmpty else { return [] }
    var digits = [Int](repeating: -1, count: 256)
    for (value, letter) in alphabet.enumerated() { digits[Int(letter)] = value }
    var queries: [[Int]] = [[]]
    var (last, rest, shift) = (0, 0, 0)
    for byte in text.utf8 {
      if byte == stop {
        guard shift == 0 else { return nil }
        queries.append([])
        last = 0
        continue
      }
      let digit = digits[Int(byte)]
      guard digit >= 0, shift <= 30 else { return nil }
      rest |= (digit & 31) << shift
      shift += 5
      guard digit < 32 else { continue }
      last += rest + 1
      guard last <= largestRank else { return nil }
      queries[queries.count - 1].append(last)
      (rest, shift) = (0, 0)
    }
    return shift == 0 ? queries : nil
  }
}
