import Foundation
import Support
import Tensors

/// The evaluation of Market-1501 and DukeMTMC-reID.
///
/// For a query, gallery images with its identity and its camera are left out, and so is junk (identity −1);
/// distractors (identity 0) stay, as wrong answers. What is left is ranked by distance, equal distances in the
/// gallery's order. A query with no true match left is not counted.
package enum RetrievalProtocol {
  /// Ranks by Euclidean distance. Memory stays bounded whatever the size of the sets, and the result depends neither on how
  /// many threads rank nor on whether the gallery lies in memory or in a file.
  ///
  /// - Parameters:
  ///   - normalize: whether descriptors are scaled to unit length first.
  ///   - pairs: what a judge of pairs said of each query's nearest, where the ranking has such a stage.
  ///   - topRanks: how many of the best gallery images each query's ranking keeps.
  ///   - limits: how much of a large gallery is looked at at once.
  /// - Throws: ``PlainError`` where a set is empty, the sets do not agree, no query has a true match, or a file cannot be
  ///   read.
  package static func evaluate(
    query: LabelledDescriptors, gallery: Gallery, normalize: Bool = false, pairs: PairScores? = nil, topRanks: Int = 0,
    limits: DistanceBlocks.Limits = .standard
  ) throws(PlainError) -> RetrievalResult {
    try requireImages(query.labels, gallery.labels)
    let distances = try EuclideanDistances(
      query: normalize ? query.descriptors.unitLength : query.descriptors,
      gallery: normalize ? gallery.descriptors.unitLength : gallery.descriptors)
    let cut = DistanceBlocks(
      queries: query.count, gallery: gallery.count, dimension: query.descriptors.dimension, limits: limits)
    let ranker = GalleryRanker(gallery: gallery.labels)
    let rankings = try distances.forEachQuery(cut: cut) { row, distances in
      guard let pairs else { return ranker.rank(row, of: query.labels, distances: distances, top: topRanks) }
      return pairs.merged(Array(distances), ofQuery: row, among: gallery.labels).withUnsafeBufferPointer {
        ranker.rank(row, of: query.labels, distances: $0, top: topRanks)
      }
    }
    return try RetrievalResult(queries: rankings)
  }

  /// Ranks a gallery in memory by Euclidean distance.
  package static func evaluate(
    query: LabelledDescriptors, gallery: LabelledDescriptors, normalize: Bool = false, pairs: PairScores? = nil,
    topRanks: Int = 0
  ) throws(PlainError) -> RetrievalResult {
    try evaluate(query: query, gallery: Gallery(gallery), normalize: normalize, pairs: pairs, topRanks: topRanks)
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
    try requireImages(query, gallery)
    let ranker = GalleryRanker(gallery: gallery)
    let rankings = Placed<Ranking>(count: query.count)
    DispatchQueue.concurrentPerform(iterations: query.count) { row in
      rankings[row] = distances.withUnsafeBufferPointer { distances in
        ranker.rank(
          row, of: query,
          distances: UnsafeBufferPointer(rebasing: distances[row * gallery.count..<(row + 1) * gallery.count]),
          top: topRanks)
      }
    }
    return try RetrievalResult(queries: rankings.values)
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

  private static func requireImages(_ query: RetrievalLabels, _ gallery: RetrievalLabels) throws(PlainError) {
    guard query.count > 0 else { throw PlainError("there are no queries") }
    guard gallery.count > 0 else { throw PlainError("the gallery is empty") }
  }
}
