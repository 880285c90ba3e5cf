import Foundation
import Support
import Tensors

/// The evaluation of Market-1501 and DukeMTMC-reID.
///
/// For a query, gallery images with its identity and its camera are left out, and so is junk (identity −1);
/// distractors (identity 0) stay, as wrong answers. What is left is ranked by distance, equal distances in the
/// gallery's order. A query with no true match left is not counted.
package enum RetrievalProtocol {
  /// Ranks by Euclidean distance. Memory stays at a few blocks of distances, whatever the size of the sets, and the
  /// result does not depend on how many threads rank.
  ///
  /// - Parameters:
  ///   - normalize: whether descriptors are scaled to unit length first.
  ///   - pairs: what a judge of pairs said of each query's nearest, where the ranking has such a stage.
  ///   - topRanks: how many of the best gallery images each query's ranking keeps.
  /// - Throws: ``PlainError`` where a set is empty, the sets do not agree, or no query has a true match.
  package static func evaluate(
    query: LabelledDescriptors, gallery: LabelledDescriptors, normalize: Bool = false, pairs: PairScores? = nil,
    topRanks: Int = 0
  ) throws(PlainError) -> RetrievalResult {
    let distances = try EuclideanDistances(
      query: normalize ? query.descriptors.unitLength : query.descriptors,
      gallery: normalize ? gallery.descriptors.unitLength : gallery.descriptors)
    return try evaluate(query: query.labels, gallery: gallery.labels, topRanks: topRanks) { rows in
      let block = distances.rows(rows)
      guard let pairs else { return block }
      return rows.flatMap { row in
        let start = (row - rows.lowerBound) * gallery.count
        return pairs.merged(Array(block[start..<start + gallery.count]), ofQuery: row, among: gallery.labels)
      }
    }
  }

  /// Ranks by given distances, as after re-ranking.
  ///
  /// - Parameter distances: `query.count × gallery.count` numbers, none below 0, a query's side by side.
  /// - Throws: ``PlainError`` where a count is wrong, a distance is no number ≥ 0, or no query has a true match.
  package static func evaluate(
    distances: [Float], query: RetrievalLabels, gallery: RetrievalLabels, topRanks: Int = 0
  ) throws(PlainError) -> RetrievalResult {
    let (needed, overflow) = query.count.multipliedReportingOverflow(by: gallery.count)
    guard !overflow, distances.count == needed else {
      throw PlainError(
        "\(distances.count) distances do not fill \(query.count) queries × \(gallery.count) gallery images")
    }
    if let wrong = distances.firstIndex(where: { !($0 >= 0) }) {
      throw PlainError(
        "the distance of query \(wrong / gallery.count) to gallery image \(wrong % gallery.count) "
          + "is \(distances[wrong]), which is no number from 0 up")
    }
    return try evaluate(query: query, gallery: gallery, topRanks: topRanks) { rows in
      Array(distances[rows.lowerBound * gallery.count..<rows.upperBound * gallery.count])
    }
  }

  /// Ranks by re-ranked distances.
  ///
  /// - Parameters:
  ///   - reranking: the variant of re-ranking.
  ///   - normalize: whether descriptors are scaled to unit length first.
  ///   - topRanks: how many of the best gallery images each query's ranking keeps.
  /// - Throws: ``PlainError`` where a set is empty, the sets do not agree, or no query has a true match.
  package static func evaluate(
    query: LabelledDescriptors, gallery: LabelledDescriptors, reranking: ReRanking, normalize: Bool = false,
    topRanks: Int = 0, threads: Int = Engine.availableThreads
  ) throws(PlainError) -> RetrievalResult {
    let distances = try reranking.distances(query: query, gallery: gallery, normalize: normalize, threads: threads)
    let labels = gallery.labels
    let kept = try RetrievalLabels(
      identities: distances.galleryRows.map { labels.identities[$0] },
      cameras: distances.galleryRows.map { labels.cameras[$0] }, of: "gallery")
    let result = try evaluate(distances: distances.values, query: query.labels, gallery: kept, topRanks: topRanks)
    guard kept.count < labels.count else { return result }
    return try RetrievalResult(
      queries: result.queries.map { ranking in
        Ranking(
          query: ranking.query, matchRanks: ranking.matchRanks, averagePrecision: ranking.averagePrecision,
          top: ranking.top.map { distances.galleryRows[$0] })
      })
  }

  /// The numbers of one block of distances: 16 MiB.
  private static let blockCount = 1 << 22

  private static func evaluate(
    query: RetrievalLabels, gallery: RetrievalLabels, topRanks: Int, distances: @Sendable (Range<Int>) -> [Float]
  ) throws(PlainError) -> RetrievalResult {
    guard query.count > 0 else { throw PlainError("there are no queries") }
    guard gallery.count > 0 else { throw PlainError("the gallery is empty") }
    let height = max(1, min(256, blockCount / gallery.count))
    let blocks = stride(from: 0, to: query.count, by: height).map { $0..<min($0 + height, query.count) }
    let ranker = GalleryRanker(gallery: gallery)
    let rankings = Placed<[Ranking]>(count: blocks.count)
    DispatchQueue.concurrentPerform(iterations: blocks.count) { number in
      let rows = blocks[number]
      let block = distances(rows)
      rankings[number] = block.withUnsafeBufferPointer { block in
        rows.enumerated().map { place, row in
          ranker.rank(
            query: row, identity: query.identities[row], camera: query.cameras[row],
            distances: UnsafeBufferPointer(rebasing: block[place * gallery.count..<(place + 1) * gallery.count]),
            top: topRanks)
        }
      }
    }
    return try RetrievalResult(queries: rankings.values.flatMap { $0 })
  }
}
