import Tensors

extension ReRanking {
  /// Re-ranks a gallery for some queries.
  ///
  /// Memory: the distances of the queries to the gallery, the neighbour lists and the encodings' entries that are not
  /// zero; the full matrix of distances is never held. The result does not depend on how many threads work.
  ///
  /// - Parameter normalize: whether descriptors are scaled to unit length first.
  /// - Throws: ``RetrievalError`` where a setting is out of range, a set is empty, or the sets do not agree.
  package func distances(
    query: LabelledDescriptors, gallery: LabelledDescriptors, normalize: Bool = false,
    threads: Int = Engine.availableThreads
  ) throws(RetrievalError) -> ReRankedDistances {
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
  /// - Throws: ``RetrievalError`` where a setting is out of range, a set is empty, or the sets do not agree.
  package func distances(
    query: Descriptors, gallery: Descriptors, threads: Int = Engine.availableThreads
  ) throws(RetrievalError) -> [Float] {
    try check()
    let joint = try JointSet(query: query, gallery: gallery)
    let workers = WorkerPool(count: threads)
    let (size, overflow) = query.count.multipliedReportingOverflow(by: gallery.count)
    guard !overflow, size <= Int.max / 8 else {
      throw RetrievalError("\(query.count) queries × \(gallery.count) gallery images are too many")
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
