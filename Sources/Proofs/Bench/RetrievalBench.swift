import Foundation
import Retrieval
import Support
import Tensors

/// Times ranking and re-ranking on made-up descriptors. They are in memory already, or, of a gallery that is too large for
/// that, in a file; such a gallery is not re-ranked.
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
    /// Seconds for the same with re-ranked distances, the distances' own computation included: the fastest repeat; nil where
    /// the gallery lies in a file.
    package let secondsRerank: Double?
    /// The process's largest resident size, descriptors included, in GiB.
    package let peakMemoryGiB: Double
    /// mAP (rectangle) of the plain ranking, so that two machines can be seen to have computed the same.
    package let mAP: Double
    /// mAP (rectangle) of the re-ranked distances.
    package let rerankedMAP: Double?
    /// Whether the gallery lies in a file.
    package let galleryInFile: Bool

    enum CodingKeys: String, CodingKey {
      case queries, gallery, threads, mAP
      case dimension = "dim"
      case blasKernels = "blas_kernels"
      case secondsRank = "seconds_rank"
      case secondsRerank = "seconds_rerank"
      case peakMemoryGiB = "peak_rss_gib"
      case rerankedMAP = "reranked_mAP"
      case galleryInFile = "gallery_in_file"
    }
  }

  private let query: LabelledDescriptors
  private let gallery: Gallery

  /// Images of an identity in the gallery, as in Market-1501: 13,115 of 750.
  private static let imagesPerIdentity = 17
  /// A share of the gallery without an identity, as in Market-1501: 2,798 of 15,913.
  private static let distractors = 0.176
  /// Images that are drawn at once.
  private static let drawnAtOnce = 1024

  /// Makes descriptors: a point of its own for each identity, noise around it, nothing below 0, as behind a ReLU.
  ///
  /// - Parameter folder: where the file of a large gallery is made; it has no name, and goes with the process.
  /// - Throws: `PlainError` where a count is impossible; `FileError` where the file cannot be written.
  package init(queries: Int, gallery: Int, dimension: Int, folder: URL) throws {
    let identities = max(1, gallery / (Self.imagesPerIdentity + 4))
    var stream = RandomStream(seed: 0, name: "retrieval bench")
    func draw(_ count: Int, distractors: Double, take: ([Float]) throws -> Void) throws -> RetrievalLabels {
      var labels: [Int] = []
      var cameras: [Int] = []
      for start in Swift.stride(from: 0, to: count, by: Self.drawnAtOnce) {
        let images = start..<min(start + Self.drawnAtOnce, count)
        try take(
          [Float](unsafeUninitializedCapacity: images.count * dimension) { values, filled in
            for image in images {
              let identity = stream.chance(distractors) ? 0 : 1 + stream.int(below: identities)
              labels.append(identity)
              cameras.append(1 + stream.int(below: 6))
              var centre = RandomStream(seed: UInt64(identity > 0 ? identity : identities + image), name: "identity")
              for place in (image - start) * dimension..<(image - start + 1) * dimension {
                values[place] = Float(max(0, centre.uniform() - 0.5 + 2.5 * (stream.uniform() - 0.5)))
              }
            }
            filled = images.count * dimension
          })
      }
      return try RetrievalLabels(identities: labels, cameras: cameras)
    }
    func set(_ count: Int, distractors: Double, of what: String) throws -> LabelledDescriptors {
      var values: [Float] = []
      values.reserveCapacity(count * dimension)
      let labels = try draw(count, distractors: distractors) { values += $0 }
      return try LabelledDescriptors(
        values: values, dimension: dimension, identities: labels.identities, cameras: labels.cameras, of: what)
    }
    query = try set(queries, distractors: 0, of: "query")
    guard Gallery.staysInFile(gallery, dimension: dimension) else {
      self.gallery = Gallery(try set(gallery, distractors: Self.distractors, of: "gallery"))
      return
    }
    let file = try OpenFile(withoutNameIn: folder)
    let labels = try draw(gallery, distractors: Self.distractors) { values in
      try values.withUnsafeBytes { try file.append($0) }
    }
    self.gallery = try Gallery(
      StoredDescriptors(file, count: gallery, dimension: dimension, of: "gallery"), labels)
  }

  /// Ranks and re-ranks `repeats` times each.
  ///
  /// - Throws: `PlainError` where a setting is out of range, no query has a true match, or the file cannot be read.
  package func run(_ reranking: ReRanking, repeats: Int, threads: Int) throws(PlainError) -> Result {
    let loaded = try gallery.descriptors is Descriptors ? gallery.loaded() : nil
    var best = (rank: Double.infinity, rerank: Double.infinity)
    var precision = (plain: 0.0, reranked: 0.0)
    let clock = ContinuousClock()
    func seconds(since start: ContinuousClock.Instant) -> Double { (clock.now - start) / .seconds(1) }
    for _ in 0..<max(1, repeats) {
      var start = clock.now
      precision.plain = try RetrievalProtocol.evaluate(query: query, gallery: gallery).mAP
      best.rank = min(best.rank, seconds(since: start))
      guard let loaded else { continue }
      start = clock.now
      precision.reranked = try RetrievalProtocol.evaluate(
        query: query, gallery: loaded, reranking: reranking, threads: threads
      ).mAP
      best.rerank = min(best.rerank, seconds(since: start))
    }
    return Result(
      queries: query.count, gallery: gallery.count, dimension: query.descriptors.dimension, threads: threads,
      blasKernels: MatrixProduct.kernels, secondsRank: best.rank, secondsRerank: loaded.map { _ in best.rerank },
      peakMemoryGiB: ProcessUsage.peakMemoryGiB, mAP: precision.plain,
      rerankedMAP: loaded.map { _ in precision.reranked }, galleryInFile: loaded == nil)
  }
}
