import Support
import Tensors

/// What mining gave an anchor: an image of its identity that is far, one of another that is near.
package struct MinedPair: Hashable, Sendable {
  package let positive: Int
  package let negative: Int
}

/// Hard triplets from a pool of descriptors.
///
/// Of an anchor's pairs of a positive p and a negative n those stay whose `|a − p|² − |a − n|²` is largest, ties by the
/// lower place of the positive, then of the negative; a number drawn from [0, 1) says which of them is taken.
/// Source: Almazán, Gajić, Murray and Larlus, "Re-ID done right", arXiv 1801.05339, and public re-implementations.
///
/// It stands here and not beside the loss because it compares descriptors of images that no step holds, as retrieval
/// does. Distances are summed in double precision, differences first: images that are the same tie exactly, which
/// products of matrices would not give.
package struct TripletMining {
  private let pool: Descriptors
  private let identities: [Int]
  private let hardest: Int

  /// Prepares for a pool.
  ///
  /// - Parameters:
  ///   - identities: of each image of the pool.
  ///   - hardest: how many pairs of an anchor stay, at least 1.
  /// - Throws: ``PlainError`` where the numbers do not fit together.
  package init(pool: Descriptors, identities: [Int], hardest: Int) throws(PlainError) {
    guard pool.count == identities.count else {
      throw PlainError("a pool of \(pool.count) descriptors has \(identities.count) identities")
    }
    guard hardest >= 1 else { throw PlainError("of each anchor's pairs \(hardest) would stay; 1 is the least") }
    self.pool = pool
    self.identities = identities
    self.hardest = hardest
  }

  /// The images of the pool that have a positive and a negative in it, ascending.
  package var anchors: [Int] { Self.anchors(among: identities) }

  /// Those of a pool of such identities.
  package static func anchors(among identities: [Int]) -> [Int] {
    let counts = identities.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return identities.indices.filter { place in
      let same = counts[identities[place]] ?? 0
      return same > 1 && same < identities.count
    }
  }

  /// One pair for each anchor.
  ///
  /// - Parameters:
  ///   - anchors: places in the pool.
  ///   - draws: a number of [0, 1) for each.
  ///   - workers: share out the anchors.
  /// - Returns: in the anchors' order; nil where the pool has no positive or no negative.
  package func mine(anchors: [Int], draws: [Double], workers: WorkerPool) -> [MinedPair?] {
    precondition(anchors.count == draws.count, "\(draws.count) draws for \(anchors.count) anchors")
    var mined = [MinedPair?](repeating: nil, count: anchors.count)
    // Some anchors at a time pass over the pool together, so that it is read from memory once for all of them.
    let split = Split(count: anchors.count, chunks: (anchors.count + Self.anchorsTogether - 1) / Self.anchorsTogether)
    mined.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let mined = buffer
      workers.run(split.chunks) { chunk, _ in
        let range = split[chunk]
        let distances = distances(of: Array(anchors[range]))
        for (row, index) in range.enumerated() {
          mined[index] = pick(anchor: anchors[index], distances: distances[row], draw: draws[index])
        }
      }
    }
    return mined
  }

  private static let anchorsTogether = 16

  /// Squared distances of some anchors to the whole pool.
  private func distances(of anchors: [Int]) -> [[Double]] {
    let width = pool.dimension
    var distances = [[Double]](repeating: [Double](repeating: 0, count: pool.count), count: anchors.count)
    pool.values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for place in 0..<pool.count {
        for (row, anchor) in anchors.enumerated() {
          distances[row][place] = squaredDistance(start + anchor * width, start + place * width, count: width)
        }
      }
    }
    return distances
  }

  /// The pair that the draw points at. The `hardest` best sums lie among as many farthest positives and nearest
  /// negatives.
  private func pick(anchor: Int, distances: [Double], draw: Double) -> MinedPair? {
    let identity = identities[anchor]
    let positives = Self.first(hardest, of: identities.indices.filter { $0 != anchor && identities[$0] == identity }) {
      distances[$0] == distances[$1] ? $0 < $1 : distances[$0] > distances[$1]
    }
    let negatives = Self.first(hardest, of: identities.indices.filter { identities[$0] != identity }) {
      distances[$0] == distances[$1] ? $0 < $1 : distances[$0] < distances[$1]
    }
    let pairs = positives.flatMap { positive in
      negatives.map { (hardness: distances[positive] - distances[$0], positive: positive, negative: $0) }
    }.sorted {
      ($1.hardness, $0.positive, $0.negative) < ($0.hardness, $1.positive, $1.negative)
    }.prefix(hardest)
    guard !pairs.isEmpty else { return nil }
    let chosen = pairs[min(pairs.count - 1, Int(draw * Double(pairs.count)))]
    return MinedPair(positive: chosen.positive, negative: chosen.negative)
  }

  /// The first `count` of the places in an order, without sorting them all.
  private static func first(_ count: Int, of places: [Int], by precedes: (Int, Int) -> Bool) -> [Int] {
    var best: [Int] = []
    for place in places {
      if best.count == count {
        if !precedes(place, best[count - 1]) { continue }
        best.removeLast()
      }
      var position = best.count
      while position > 0 && precedes(place, best[position - 1]) { position -= 1 }
      best.insert(place, at: position)
    }
    return best
  }
}
