import Foundation
import Support
import Tensors

/// The figures of a file of descriptors, as `aanet score retrieval` prints them.
package struct RetrievalReport: Codable, Sendable, Equatable {
  package let queries: Int
  package let gallery: Int
  package let galleryWithoutJunk: Int
  package let dimension: Int
  /// Queries that were not counted, having no true match from another camera.
  package let queriesWithoutMatch: Int
  /// The scores by Euclidean distance.
  package let plain: RetrievalFigures
  /// The scores after the nearest were judged in pairs, where that was done.
  package let pairs: RetrievalFigures?
  /// The scores by re-ranked distances, where they were asked for.
  package let reranked: ReRankedFigures?

  enum CodingKeys: String, CodingKey {
    case queries, gallery, plain, pairs, reranked
    case galleryWithoutJunk = "gallery_without_junk"
    case dimension = "dim"
    case queriesWithoutMatch = "queries_without_match"
  }

  /// Scores a file with the tensors `query`, `query_ids`, `query_cameras` and their `gallery` twins.
  ///
  /// - Parameter pairs: a file of how each query's nearest were judged (``PairScores``), where there is one.
  /// - Throws: `PlainError`, with the file's path.
  package init(scoring file: URL, pairs: URL? = nil, reranking: ReRanking? = nil) throws {
    let (query, gallery) = try Self.sets(of: file)
    let scores = try pairs.map { try PairScores(contentsOf: $0, query: query.labels, gallery: gallery.labels) }
    do throws(PlainError) {
      try self.init(query: query, gallery: gallery, pairs: scores, reranking: reranking)
    } catch {
      throw error.naming(file)
    }
  }

  /// Both sets of a file, whose gallery stays there where it is large.
  private static func sets(of file: URL) throws -> (query: LabelledDescriptors, gallery: Gallery) {
    let contents = try TensorFile(contentsOf: file)
    do throws(PlainError) {
      return (try LabelledDescriptors(named: "query", in: contents), try Gallery(in: contents, at: file))
    } catch {
      throw error.naming(file)
    }
  }

  /// Scores two sets of descriptors.
  ///
  /// - Throws: ``PlainError`` where they do not agree, no query has a true match, or re-ranking has a setting out
  ///   of range.
  package init(
    query: LabelledDescriptors, gallery: Gallery, pairs: PairScores? = nil, reranking: ReRanking? = nil
  ) throws(PlainError) {
    let result = try RetrievalProtocol.evaluate(query: query, gallery: gallery)
    plain = RetrievalFigures(result)
    queries = query.count
    self.gallery = gallery.count
    galleryWithoutJunk = gallery.labels.identities.count { $0 != RetrievalLabels.junk }
    dimension = query.descriptors.dimension
    queriesWithoutMatch = result.queriesWithoutMatch
    if let pairs {
      self.pairs = RetrievalFigures(try RetrievalProtocol.evaluate(query: query, gallery: gallery, pairs: pairs))
    } else {
      self.pairs = nil
    }
    if let reranking {
      let again = try RetrievalProtocol.evaluate(query: query, gallery: gallery.loaded(), reranking: reranking)
      reranked = ReRankedFigures(reranking, RetrievalFigures(again))
    } else {
      reranked = nil
    }
  }

  /// The figures for reading, percentages to two places.
  package var table: String {
    let head =
      "\(queries) queries (\(queriesWithoutMatch) without a true match are not counted), \(gallery) gallery images "
      + "(\(galleryWithoutJunk) without junk), descriptors of \(dimension) numbers, Euclidean distance"
      + (Gallery.staysInFile(gallery, dimension: dimension) ? ", the gallery read in blocks from its file" : "")
    let further =
      (pairs.map { [("The nearest judged in pairs", $0)] } ?? []) + (reranked.map { [($0.title, $0.figures)] } ?? [])
    guard !further.isEmpty else { return ([head] + plain.lines).joined(separator: "\n") }
    let sections = [("Euclidean distance", plain)] + further
    return ([head] + sections.flatMap { ["", $0.0] + $0.1.lines }).joined(separator: "\n")
  }
}

/// The scores that reports print: fractions in 0 ... 1 over the queries that count.
package struct RetrievalFigures: Codable, Sendable, Equatable {
  /// Mean average precision, rectangle form.
  package let mAP: Double
  /// Mean average precision, trapezoid form.
  package let mAPTrapezoid: Double
  /// Shares of the queries whose first true match is at this rank or before it.
  package let rank1: Double
  package let rank5: Double
  package let rank10: Double
  package let rank20: Double

  package init(_ result: RetrievalResult) {
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

  /// A line a score, percentages to two places.
  var lines: [String] {
    [
      ("mAP (rectangle)", mAP), ("mAP (trapezoid)", mAPTrapezoid), ("Rank-1", rank1), ("Rank-5", rank5),
      ("Rank-10", rank10), ("Rank-20", rank20),
    ].map { $0.0.padding(toLength: 16, withPad: " ", startingAt: 0) + String(format: "%6.2f %%", 100 * $0.1) }
  }
}

/// The scores by re-ranked distances, with the variant that gave them; one flat object in JSON.
package struct ReRankedFigures: Codable, Sendable, Equatable {
  package let settings: ReRanking
  package let figures: RetrievalFigures

  package init(_ settings: ReRanking, _ figures: RetrievalFigures) {
    self.settings = settings
    self.figures = figures
  }

  enum CodingKeys: String, CodingKey {
    case k1, k2, lambda = "lambda_", variant, junk
  }

  package init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    settings = ReRanking(
      k1: try keys.decode(Int.self, forKey: .k1), k2: try keys.decode(Int.self, forKey: .k2),
      lambda: try keys.decode(Double.self, forKey: .lambda),
      variant: try keys.decode(ReRanking.Variant.self, forKey: .variant),
      junk: try keys.decode(ReRanking.Junk.self, forKey: .junk))
    figures = try RetrievalFigures(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    try keys.encode(settings.k1, forKey: .k1)
    try keys.encode(settings.k2, forKey: .k2)
    try keys.encode(settings.lambda, forKey: .lambda)
    try keys.encode(settings.variant, forKey: .variant)
    try keys.encode(settings.junk, forKey: .junk)
    try figures.encode(to: encoder)
  }

  /// `Re-ranked: k1 20, k2 6, lambda 0.3, d2, junk out`
  var title: String {
    "Re-ranked: k1 \(settings.k1), k2 \(settings.k2), lambda \(settings.lambda), \(settings.variant.rawValue), "
      + "junk \(settings.junk.rawValue)"
  }
}
