import Foundation
import Tensors

/// The figures of a file of descriptors, as `aanet score retrieval` prints them.
package struct RetrievalReport: Codable, Sendable, Equatable {
  /// Queries in the file.
  package let queries: Int
  /// Gallery images in the file.
  package let gallery: Int
  /// Gallery images that are not junk.
  package let galleryWithoutJunk: Int
  /// Numbers of a descriptor.
  package let dimension: Int
  /// Queries that were not counted, having no true match from another camera.
  package let queriesWithoutMatch: Int
  /// The scores by Euclidean distance.
  package let plain: RetrievalFigures
  /// The scores by re-ranked distances, where they were asked for.
  package let reranked: ReRankedFigures?

  enum CodingKeys: String, CodingKey {
    case queries, gallery, plain, reranked
    case galleryWithoutJunk = "gallery_without_junk"
    case dimension = "dim"
    case queriesWithoutMatch = "queries_without_match"
  }

  /// Scores a file with the tensors `query`, `query_ids`, `query_cameras` and their `gallery` twins.
  ///
  /// - Throws: `SafeTensorsError` or ``RetrievalError``, with the file's path.
  package init(scoring file: URL, reranking: ReRanking? = nil) throws {
    let (query, gallery) = try Self.sets(of: file)
    do throws(RetrievalError) {
      try self.init(query: query, gallery: gallery, reranking: reranking)
    } catch {
      throw RetrievalError("\(file.path): \(error.description)")
    }
  }

  /// Both sets of a file. The file's own copy is let go before anything is scored.
  private static func sets(of file: URL) throws -> (query: LabelledDescriptors, gallery: LabelledDescriptors) {
    let contents = try SafeTensors(contentsOf: file)
    do throws(RetrievalError) {
      return (
        try LabelledDescriptors(named: "query", in: contents), try LabelledDescriptors(named: "gallery", in: contents)
      )
    } catch {
      throw RetrievalError("\(file.path): \(error.description)")
    }
  }

  /// Scores two sets of descriptors.
  ///
  /// - Throws: ``RetrievalError`` where they do not agree, no query has a true match, or re-ranking has a setting out
  ///   of range.
  package init(
    query: LabelledDescriptors, gallery: LabelledDescriptors, reranking: ReRanking? = nil
  ) throws(RetrievalError) {
    let result = try RetrievalProtocol.evaluate(query: query, gallery: gallery)
    plain = RetrievalFigures(result)
    queries = query.count
    self.gallery = gallery.count
    galleryWithoutJunk = gallery.labels.identities.count { $0 != RetrievalLabels.junk }
    dimension = query.descriptors.dimension
    queriesWithoutMatch = result.queriesWithoutMatch
    if let reranking {
      let again = try RetrievalProtocol.evaluate(query: query, gallery: gallery, reranking: reranking)
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
    guard let reranked else { return ([head] + plain.lines).joined(separator: "\n") }
    return ([head, "", "Euclidean distance"] + plain.lines + ["", reranked.title] + reranked.figures.lines)
      .joined(separator: "\n")
  }
}
