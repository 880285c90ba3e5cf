import Foundation
import Tensors

/// The figures of a file of descriptors, as `aanet score retrieval` prints them.
public struct RetrievalReport: Codable, Sendable, Equatable {
  /// Queries in the file.
  public let queries: Int
  /// Gallery images in the file.
  public let gallery: Int
  /// Gallery images that are not junk.
  public let galleryWithoutJunk: Int
  /// Numbers of a descriptor.
  public let dimension: Int
  /// Queries that were not counted, having no true match from another camera.
  public let queriesWithoutMatch: Int
  /// The scores by Euclidean distance.
  public let plain: Scores

  /// Fractions in 0 ... 1 over the queries that count.
  public struct Scores: Codable, Sendable, Equatable {
    /// Mean average precision, rectangle form.
    public let mAP: Double
    /// Mean average precision, trapezoid form.
    public let mAPTrapezoid: Double
    /// Share of queries whose first true match is at rank 1.
    public let rank1: Double
    /// Share of queries whose first true match is within rank 5.
    public let rank5: Double
    /// Share of queries whose first true match is within rank 10.
    public let rank10: Double
    /// Share of queries whose first true match is within rank 20.
    public let rank20: Double

    /// Takes the scores of a result.
    public init(_ result: RetrievalResult) {
      mAP = result.mAP
      mAPTrapezoid = result.mAPTrapezoid
      rank1 = result.cmc(1)
      rank5 = result.cmc(5)
      rank10 = result.cmc(10)
      rank20 = result.cmc(20)
    }

    enum CodingKeys: String, CodingKey {
      case mAP, mAPTrapezoid = "mAP_trapezoid", rank1, rank5, rank10, rank20
    }
  }

  enum CodingKeys: String, CodingKey {
    case queries, gallery, plain
    case galleryWithoutJunk = "gallery_without_junk"
    case dimension = "dim"
    case queriesWithoutMatch = "queries_without_match"
  }

  /// Scores a file with the tensors `query`, `query_ids`, `query_cameras` and their `gallery` twins.
  ///
  /// - Throws: `SafeTensorsError` or ``RetrievalError``, with the file's path.
  public init(scoring file: URL) throws {
    let contents = try SafeTensors(contentsOf: file)
    do throws(RetrievalError) {
      try self.init(
        query: LabelledDescriptors(named: "query", in: contents),
        gallery: LabelledDescriptors(named: "gallery", in: contents))
    } catch {
      throw RetrievalError("\(file.path): \(error.description)")
    }
  }

  /// Scores two sets of descriptors.
  ///
  /// - Throws: ``RetrievalError`` where they do not agree or no query has a true match.
  public init(query: LabelledDescriptors, gallery: LabelledDescriptors) throws(RetrievalError) {
    let result = try RetrievalProtocol.evaluate(query: query, gallery: gallery)
    plain = Scores(result)
    queries = query.count
    self.gallery = gallery.count
    galleryWithoutJunk = gallery.labels.identities.count { $0 != RetrievalLabels.junk }
    dimension = query.descriptors.dimension
    queriesWithoutMatch = result.queriesWithoutMatch
  }

  /// The figures for reading, percentages to two places.
  public var table: String {
    func percent(_ value: Double) -> String { String(format: "%6.2f %%", 100 * value) }
    let rows = [
      ("mAP (rectangle)", plain.mAP), ("mAP (trapezoid)", plain.mAPTrapezoid), ("Rank-1", plain.rank1),
      ("Rank-5", plain.rank5), ("Rank-10", plain.rank10), ("Rank-20", plain.rank20),
    ]
    let head =
      "\(queries) queries (\(queriesWithoutMatch) without a true match are not counted), \(gallery) gallery images "
      + "(\(galleryWithoutJunk) without junk), descriptors of \(dimension) numbers, Euclidean distance"
    return ([head] + rows.map { $0.0.padding(toLength: 16, withPad: " ", startingAt: 0) + percent($0.1) })
      .joined(separator: "\n")
  }
}
