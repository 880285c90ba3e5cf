import Foundation
import Retrieval
import Support
import Tensors

/// Times ranking and re-ranking on made-up descriptors that are already in memory.
package struct RetrievalBench {
  /// What a bench measured.
  package struct Result: Codable, Sendable {
    /// Queries.
    package let queries: Int
    /// Gallery images, none of them junk.
    package let gallery: Int
    /// Numbers of a descriptor.
    package let dimension: Int
    /// Worker threads.
    package let threads: Int
    /// The kernel set that OpenBLAS runs.
    package let blasKernels: String
    /// Seconds for distances, rankings, both mAPs and the CMC: the fastest repeat.
    package let secondsRank: Double
    /// Seconds for the same with re-ranked distances, the distances' own computation included: the fastest repeat.
    package let secondsRerank: Double
    /// The process's largest resident size, descriptors included, in GiB.
    package let peakMemoryGiB: Double
    /// mAP (rectangle) of the plain ranking, so that two machines can be seen to have computed the same.
    package let mAP: Double
    /// mAP (rectangle) of the re-ranked distances.
    package let rerankedMAP: Double

    enum CodingKeys: String, CodingKey {
      case queries, gallery, threads, mAP
      case dimension = "dim"
      case blasKernels = "blas_kernels"
      case secondsRank = "seconds_rank"
      case secondsRerank = "seconds_rerank"
      case peakMemoryGiB = "peak_rss_gib"
      case rerankedMAP = "reranked_mAP"
    }
  }

  private let query: LabelledDescriptors
  private let gallery: LabelledDescriptors

  /// Images of an identity in the gallery, as in Market-1501: 13,115 of 750.
  private static let imagesPerIdentity = 17
  /// A share of the gallery without an identity, as in Market-1501: 2,798 of 15,913.
  private static let distractors = 0.176

  /// Makes descriptors: a point of its own for each identity, noise around it, nothing below 0, as behind a ReLU.
  ///
  /// - Throws: `PlainError` where a count is impossible.
  package init(queries: Int, gallery: Int, dimension: Int) throws(PlainError) {
    let identities = max(1, gallery / (Self.imagesPerIdentity + 4))
    var stream = RandomStream(seed: 0, name: "retrieval bench")
    func set(_ count: Int, distractors: Double, of what: String) throws(PlainError) -> LabelledDescriptors {
      var labels: [Int] = []
      var cameras: [Int] = []
      let values = [Float](unsafeUninitializedCapacity: count * dimension) { values, filled in
        for image in 0..<count {
          let identity = stream.chance(distractors) ? 0 : 1 + stream.int(below: identities)
          labels.append(identity)
          cameras.append(1 + stream.int(below: 6))
          var centre = RandomStream(seed: UInt64(identity > 0 ? identity : identities + image), name: "identity")
          for place in image * dimension..<(image + 1) * dimension {
            values[place] = Float(max(0, centre.uniform() - 0.5 + 2.5 * (stream.uniform() - 0.5)))
          }
        }
        filled = count * dimension
      }
      return try LabelledDescriptors(
        values: values, dimension: dimension, identities: labels, cameras: cameras, of: what)
    }
    query = try set(queries, distractors: 0, of: "query")
    self.gallery = try set(gallery, distractors: Self.distractors, of: "gallery")
  }

  /// Ranks and re-ranks `repeats` times each.
  ///
  /// - Throws: `PlainError` where a setting is out of range or no query has a true match.
  package func run(_ reranking: ReRanking, repeats: Int, threads: Int) throws(PlainError) -> Result {
    var best = (rank: Double.infinity, rerank: Double.infinity)
    var precision = (plain: 0.0, reranked: 0.0)
    let clock = ContinuousClock()
    func seconds(since start: ContinuousClock.Instant) -> Double { (clock.now - start) / .seconds(1) }
    for _ in 0..<max(1, repeats) {
      var start = clock.now
      precision.plain = try RetrievalProtocol.evaluate(query: query, gallery: gallery).mAP
      best.rank = min(best.rank, seconds(since: start))
      start = clock.now
      precision.reranked = try RetrievalProtocol.evaluate(
        query: query, gallery: gallery, reranking: reranking, threads: threads
      ).mAP
      best.rerank = min(best.rerank, seconds(since: start))
    }
    return Result(
      queries: query.count, gallery: gallery.count, dimension: query.descriptors.dimension, threads: threads,
      blasKernels: MatrixProduct.kernels, secondsRank: best.rank, secondsRerank: best.rerank,
      peakMemoryGiB: ProcessUsage.peakMemoryGiB, mAP: precision.plain, rerankedMAP: precision.reranked)
  }
}
