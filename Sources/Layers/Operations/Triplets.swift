import Tensors

/// Three rows: an image, one of the same identity, one of another.
package struct Triplet: Hashable, Sendable, Codable {
  package var anchor: Int
  package var positive: Int
  package var negative: Int

  package init(anchor: Int, positive: Int, negative: Int) {
    self.anchor = anchor
    self.positive = positive
    self.negative = negative
  }

  /// The triplets of a batch that holds B anchors, then their positives, then their negatives: rows k, B + k, 2B + k.
  package static func inThirds(of rows: Int) -> [Triplet] {
    precondition(rows % 3 == 0, "\(rows) rows are no three times as many triplets")
    let count = rows / 3
    return (0..<count).map { Triplet(anchor: $0, positive: count + $0, negative: 2 * count + $0) }
  }

  /// The hardest triplet of each image within its batch: its farthest image of the same identity, its nearest one of
  /// another. Ties go to the lower row; an image that lacks either is left out.
  ///
  /// Source: Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification", 2017.
  ///
  /// - Parameter embeddings: `[N, D]`; distances are compared in double precision.
  package static func hardest(in embeddings: Tensor, identities: [Int], on engine: Engine) -> [Triplet] {
    let (rows, width) = (embeddings.shape[0], embeddings.shape[1])
    precondition(identities.count == rows, "\(identities.count) identities for \(rows) rows")
    var hardest = [Triplet?](repeating: nil, count: rows)
    hardest.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let hardest = buffer
      engine.parallel(rows) { anchor, _ in
        var positive: (row: Int, distance: Double)?
        var negative: (row: Int, distance: Double)?
        for row in 0..<rows where row != anchor {
          let distance = squaredDistance(
            embeddings.pointer + anchor * width, embeddings.pointer + row * width, count: width)
          if identities[row] == identities[anchor] {
            if positive.map({ distance > $0.distance }) ?? true { positive = (row, distance) }
          } else if negative.map({ distance < $0.distance }) ?? true {
            negative = (row, distance)
          }
        }
        guard let positive, let negative else { return }
        hardest[anchor] = Triplet(anchor: anchor, positive: positive.row, negative: negative.row)
      }
    }
    return hardest.compactMap { $0 }
  }
}

extension Tape {
  /// The triplet loss of some rows, averaged over the triplets.
  ///
  ///     loss = 1/T · Σ ½ · max(0, margin + |a − p|² − |a − n|²)
  ///     da = (n − p)/T      dp = (p − a)/T      dn = (a − n)/T        where the maximum is not 0
  ///
  /// Source: Almazán et al., "Re-ID done right", arXiv 1801.05339. Distances run in double precision. Without any
  /// triplet the loss and its gradient are 0.
  ///
  /// - Parameter embeddings: `[N, D]`.
  package func tripletLoss(_ embeddings: Value, triplets: [Triplet], margin: Double) -> Loss {
    let (rows, width) = (embeddings.shape[0], embeddings.shape[1])
    precondition(
      triplets.allSatisfy { [$0.anchor, $0.positive, $0.negative].allSatisfy { $0 >= 0 && $0 < rows } },
      "a triplet names a row beyond \(rows)")
    let e = embeddings.tensor
    var total = 0.0
    // Those that the gradient flows through. At the kink itself it does.
    var active: [Triplet] = []
    for triplet in triplets {
      let anchor = e.pointer + triplet.anchor * width
      let near = squaredDistance(anchor, e.pointer + triplet.positive * width, count: width)
      let far = squaredDistance(anchor, e.pointer + triplet.negative * width, count: width)
      let excess = margin + near - far
      if excess < 0 { continue }
      total += excess / 2
      active.append(triplet)
    }
    let loss = Loss(value: triplets.isEmpty ? 0 : total / Double(triplets.count))
    guard let slot = embeddings.slot else { return loss }
    record { [engine, active] in
      slot.accumulate(shape: e.shape, on: engine) { gradient, accumulate in
        if !accumulate { gradient.values.update(repeating: 0) }
        let share = Float(loss.weight / Double(max(1, triplets.count)))
        for triplet in active {
          let (a, p, n) = (triplet.anchor * width, triplet.positive * width, triplet.negative * width)
          for (target, plus, minus) in [(a, n, p), (p, p, a), (n, a, n)] {
            Rows.add(e.pointer + plus, times: share, to: gradient.pointer + target, count: width)
            Rows.add(e.pointer + minus, times: -share, to: gradient.pointer + target, count: width)
          }
        }
      }
    }
    return loss
  }
}
