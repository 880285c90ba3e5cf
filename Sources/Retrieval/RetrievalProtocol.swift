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
  ///   - topRanks: how many of the best gallery images each query's ranking keeps.
  /// - Throws: ``PlainError`` where a set is empty, the sets do not agree, or no query has a true match.
  package static func evaluate(
    query: LabelledDescriptors, gallery: LabelledDescriptors, normalize: Bool = false, topRanks: Int = 0
  ) throws(PlainError) -> RetrievalResult {
    let distances = try EuclideanDistances(
      query: normalize ? query.descriptors.unitLength : query.descriptors,
      gallery: normalize ? gallery.descriptors.unitLength : gallery.descriptors)
    return try evaluate(query: query.labels, gallery: gallery.labels, topRanks: topRanks) { distances.rows($0) }
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

/// Results put in their places by several threads.
private final class Placed<Value: Sendable>: @unchecked Sendable {
  // Unchecked: every access to `places` holds `lock`.
  private let lock = NSLock()
  private var places: [Value?]

  init(count: Int) { places = Array(repeating: nil, count: count) }

  var values: [Value] { lock.withLock { places.compactMap { $0 } } }

  subscript(place: Int) -> Value? {
    get { lock.withLock { places[place] } }
    set { lock.withLock { places[place] = newValue } }
  }
}

/// One query's view of the gallery, reduced to what the protocol asks.
struct GalleryRanker {
  private let gallery: RetrievalLabels

  init(gallery: RetrievalLabels) { self.gallery = gallery }

  /// Ranks the gallery for one query without sorting all of it.
  ///
  /// A gallery image's key is the bits of its distance above its place in the list. Distances are not negative, so
  /// whole-number order of keys is the order by distance and then by place, and no two keys are the same.
  /// (Adding 0 makes of a negative zero, whose bits would come last, a positive one.)
  func rank(
    query: Int, identity: Int, camera: Int, distances: UnsafeBufferPointer<Float>, top: Int
  ) -> Ranking {
    var keys: [UInt64] = []
    var matches: [UInt64] = []
    keys.reserveCapacity(distances.count)
    gallery.identities.withUnsafeBufferPointer { identities in
      gallery.cameras.withUnsafeBufferPointer { cameras in
        for place in 0..<distances.count {
          let other = identities[place]
          if other == RetrievalLabels.junk || (other == identity && cameras[place] == camera) { continue }
          let key = UInt64((distances[place] + 0).bitPattern) << 32 | UInt64(place)
          keys.append(key)
          if other == identity && identity > 0 { matches.append(key) }
        }
      }
    }
    matches.sort()
    let ranks = Self.ranks(of: matches, among: keys)
    let best = Self.smallest(top, of: keys).map { Int($0 & 0xffff_ffff) }
    return Ranking(
      query: query, matchRanks: ranks, averagePrecision: AveragePrecision(matchRanks: ranks), top: best)
  }

  /// How many keys lie below each of the ascending `matches`, which are among them.
  static func ranks(of matches: [UInt64], among keys: [UInt64]) -> [Int] {
    guard let last = matches.last else { return [] }
    // below[i]: the keys that lie below match i but not below match i − 1.
    var below = [Int](repeating: 0, count: matches.count)
    for key in keys where key < last {
      var low = 0
      var high = matches.count
      while low < high {
        let middle = (low + high) / 2
        if matches[middle] <= key { low = middle + 1 } else { high = middle }
      }
      below[low] += 1
    }
    var sum = 0
    return below.map { more in
      sum += more
      return sum
    }
  }

  /// The `count` smallest keys, ascending.
  static func smallest(_ count: Int, of keys: [UInt64]) -> [UInt64] {
    guard count > 0 else { return [] }
    if count > 64 || count >= keys.count { return Array(keys.sorted().prefix(count)) }
    var best: [UInt64] = []
    for key in keys {
      if best.count == count {
        if key > best[count - 1] { continue }
        best.removeLast()
      }
      var place = best.count
      while place > 0 && best[place - 1] > key { place -= 1 }
      best.insert(key, at: place)
    }
    return best
  }
}
