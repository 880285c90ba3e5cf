import Support
import Tensors

/// Re-ranking by k-reciprocal encoding (Zhong, Zheng, Cao and Li, "Re-ranking Person Re-identification with k-reciprocal
/// Encoding", CVPR 2017).
///
/// Queries and gallery make one joint set, queries first. Two images are k-reciprocal neighbours where each is among the
/// other's `k1 + 1` nearest (itself included). An image is encoded by its reciprocal neighbours, and by theirs
/// where they share enough; each enters with the weight `exp(−D)`, and the weights sum to 1. The encodings of the `k2`
/// nearest are averaged, their Jaccard distance is `J`, and the new distance is `(1 − λ)·J + λ·D`. `D` is a power of
/// the Euclidean distance, divided by the largest in the image's row. An image is its own nearest; other
/// equal distances rank in the joint set's order.
package struct ReRanking: Hashable, Sendable {
  /// How the Euclidean distance `d` enters; public code disagrees.
  package enum Variant: String, CaseIterable, Sendable, Codable {
    /// `D ∝ d²`: Euclidean distances squared once, the authors' own code.
    case d2
    /// `D ∝ d⁴`: what code makes of it that is handed squared distances and squares them again.
    case d4
  }

  /// Whether junk (identity −1) takes part as neighbours; it never counts as an answer.
  package enum Junk: String, CaseIterable, Sendable, Codable {
    /// Junk is removed before neighbours are sought.
    case out
    /// Junk stays in the joint set.
    case `in`
  }

  /// Neighbours that are looked at for being mutual.
  package var k1: Int
  /// Neighbours whose encodings are averaged; 1 leaves each its own.
  package var k2: Int
  /// The share of the original distance, 0 ... 1.
  package var lambda: Double
  package var variant: Variant
  package var junk: Junk

  /// States a re-ranking; the paper's numbers by default.
  package init(k1: Int = 20, k2: Int = 6, lambda: Double = 0.3, variant: Variant = .d2, junk: Junk = .out) {
    self.k1 = k1
    self.k2 = k2
    self.lambda = lambda
    self.variant = variant
    self.junk = junk
  }

  /// The most neighbours that are looked at.
  package static let mostNeighbours = 1000

  /// - Throws: ``PlainError`` where a number is out of range.
  func check() throws(PlainError) {
    for (name, value) in [("k1", k1), ("k2", k2)] where !(1...Self.mostNeighbours).contains(value) {
      throw PlainError("re-ranking: \(name) is \(value); it goes from 1 to \(Self.mostNeighbours)")
    }
    guard lambda >= 0, lambda <= 1 else {
      throw PlainError("re-ranking: lambda is \(lambda); it goes from 0 to 1")
    }
  }

  /// `D` of a squared Euclidean distance, given the largest in its row.
  @inline(__always)
  func scaled(_ squared: Float, largest: Float) -> Float {
    guard largest > 0 else { return 0 }
    let share = squared / largest
    return variant == .d2 ? share : share * share
  }
}

/// What re-ranking gives: new distances of each query to the gallery images that take part.
package struct ReRankedDistances: Sendable {
  /// `queries × galleryRows.count` numbers from 0 up, a query's side by side.
  package let values: [Float]
  /// The gallery images that take part, by their places in the gallery's list, ascending.
  package let galleryRows: [Int]
}

extension ReRanking {
  /// Re-ranks a gallery for some queries.
  ///
  /// Memory: the distances of the queries to the gallery, the neighbour lists and the encodings' entries that are not
  /// zero; the full matrix of distances is never held. The result does not depend on how many threads work.
  ///
  /// - Parameter normalize: whether descriptors are scaled to unit length first.
  /// - Throws: ``PlainError`` where a setting is out of range, a set is empty, or the sets do not agree.
  package func distances(
    query: LabelledDescriptors, gallery: LabelledDescriptors, normalize: Bool = false,
    threads: Int = Engine.availableThreads
  ) throws(PlainError) -> ReRankedDistances {
    let all = gallery.labels.identities.indices
    let rows =
      junk == .in ? Array(all) : all.filter { gallery.labels.identities[$0] != RetrievalLabels.junk }
    let kept = rows.count == gallery.count ? gallery.descriptors : gallery.descriptors.rows(rows)
    let values = try distances(
      query: normalize ? query.descriptors.unitLength : query.descriptors,
      gallery: normalize ? kept.unitLength : kept, threads: threads)
    return ReRankedDistances(values: values, galleryRows: rows)
  }

  /// The new distances, `query.count × gallery.count`, where all of the gallery takes part.
  ///
  /// - Throws: ``PlainError`` where a setting is out of range, a set is empty, or the sets do not agree.
  package func distances(
    query: Descriptors, gallery: Descriptors, threads: Int = Engine.availableThreads
  ) throws(PlainError) -> [Float] {
    try check()
    let joint = try JointSet(query: query, gallery: gallery)
    let workers = WorkerPool(count: threads)
    let (size, overflow) = query.count.multipliedReportingOverflow(by: gallery.count)
    guard !overflow, size <= Int.max / 8 else {
      throw PlainError("\(query.count) queries × \(gallery.count) gallery images are too many")
    }
    return [Float](unsafeUninitializedCapacity: size) { result, filled in
      filled = size
      guard let result = result.baseAddress else { return }
      let neighbours = joint.neighbours(depth: max(k1 + 1, k2), queryToGallery: result, on: workers)
      let encoding = ReciprocalEncoding(joint: joint, neighbours: neighbours, settings: self).rows(on: workers)
      mix(result, encoding, joint: joint, largest: neighbours.largest, on: workers)
    }
  }

  /// Replaces squared distances of queries to the gallery by `(1 − λ)·J + λ·D`.
  ///
  /// `J = 1 − Σ min / Σ max` over two encodings (Eq. 10). As each sums to 1, `Σ max = 2 − Σ min`, and only columns
  /// in which both are above 0 have to be looked at.
  private func mix(
    _ distances: UnsafeMutablePointer<Float>, _ encoding: SparseRows, joint: JointSet, largest: [Float],
    on workers: WorkerPool
  ) {
    let queries = joint.query.count
    let width = joint.gallery.count
    let inverted = encoding.transposed(queries..<joint.count, columns: joint.count)
    let share = Float(lambda)
    let split = Split(count: queries, grain: 1)
    workers.run(split.chunks) { chunk, _ in
      var overlap = [Float](repeating: 0, count: width)
      for query in split[chunk] {
        for place in 0..<width { overlap[place] = 0 }
        for entry in encoding.entries(of: query) {
          let value = encoding.values[entry]
          for other in inverted.entries(of: Int(encoding.columns[entry])) {
            overlap[Int(inverted.columns[other])] += min(value, inverted.values[other])
          }
        }
        let row = distances + query * width
        for place in 0..<width {
          let jaccard = max(0, 1 - overlap[place] / (2 - overlap[place]))
          row[place] = (1 - share) * jaccard + share * scaled(row[place], largest: largest[query])
        }
      }
    }
  }
}
