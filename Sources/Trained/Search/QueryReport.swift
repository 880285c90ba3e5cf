import Datasets
import Experiments
import Foundation
import Support

/// The answer to a query as programs read it (`aanet query --format json`).
package struct QueryReport: Encodable, Sendable {
  /// An attribute's predicted value.
  package struct Prediction: Encodable, Sendable {
    /// The value.
    package let value: String
    /// Its probability.
    package let probability: Double
  }

  /// What was looked for.
  package struct Query: Encodable, Sendable {
    /// The image's file.
    package let image: String
    /// The person, where that is known.
    package let identity: Int?
    /// The camera, where that is known.
    package let camera: Int?
    /// What the model predicts of it, by attribute.
    package let attributes: [String: Prediction]
  }

  /// An image that was found.
  package struct Match: Encodable, Sendable {
    /// Its rank, from 1.
    package let rank: Int
    /// The rank that it had without the filter.
    package let unfilteredRank: Int
    /// The image's file.
    package let image: String
    /// The box of the image, x, y, width and height in pixels; nil where all of it was seen.
    package let box: [Double]?
    /// The image's name.
    package let name: String
    /// The person, where that is known: 0 is a distractor.
    package let identity: Int?
    /// The camera, where that is known.
    package let camera: Int?
    /// The distance of the descriptors.
    package let distance: Double?
    /// How likely it is what was wanted.
    package let probability: Double?
    /// Whether it is right, where that is known.
    package let right: Bool?
    /// What the model predicts of it, by attribute.
    package let attributes: [String: Prediction]

    enum CodingKeys: String, CodingKey {
      case rank, image, box, name, identity, camera, distance, probability, right, attributes
      case unfilteredRank = "unfiltered_rank"
    }
  }

  /// How the run is called.
  package let run: String
  /// The run's dataset.
  package let dataset: String
  /// Whether the run's dataset is drawn.
  package let drawn: Bool
  /// What was looked for; absent for a search by attributes alone.
  package let query: Query?
  /// What was wanted of the attributes.
  package let conditions: [String]
  /// Which attributes the filter looked at.
  package let by: String
  /// Images in the gallery.
  package let gallery: Int
  /// Images left out by the protocol.
  package let leftOut: Int
  /// Images that the filter took away.
  package let filtered: Int
  /// Images that were ranked.
  package let ranked: Int
  /// True matches before the filter, where that is known.
  package let trueMatches: Int?
  /// True matches that the filter left, where that is known.
  package let remainingMatches: Int?
  /// Average precision over them, where there are any.
  package let averagePrecision: Double?
  /// The first matches, best first.
  package let matches: [Match]
  /// The panel's file.
  package var panel: String?

  enum CodingKeys: String, CodingKey {
    case run, dataset, drawn, query, conditions, by, gallery, filtered, ranked, matches, panel
    case leftOut = "left_out"
    case trueMatches = "true_matches"
    case remainingMatches = "remaining_matches"
    case averagePrecision = "average_precision"
  }

  /// Reports an answer.
  package init(
    _ answer: Search.Answer, to query: SearchQuery?, in gallery: SearchGallery, where filter: AttributeFilter,
    by source: Search.Source, top: Int, run: any RankedRun
  ) {
    func predictions(_ probabilities: [[Double]]) -> [String: Prediction] {
      Self.predictions(probabilities, scheme: run.scheme)
    }
    self.run = run.name
    dataset = run.settings.dataset
    drawn = run.entry.isSynthetic
    self.query = query.map {
      Query(
        image: $0.image.file.path, identity: $0.image.identity, camera: $0.image.camera,
        attributes: predictions($0.probabilities))
    }
    conditions = filter.words(run.scheme)
    by = source.rawValue
    self.gallery = gallery.images.count
    leftOut = answer.leftOut
    filtered = answer.filtered
    ranked = answer.hits.count
    trueMatches = answer.trueMatches
    remainingMatches = answer.trueMatches == nil ? nil : answer.remainingMatches
    averagePrecision = answer.averagePrecision
    matches = answer.hits.prefix(top).map { hit in
      let image = gallery.images[hit.index]
      return Match(
        rank: hit.rank, unfilteredRank: hit.unfilteredRank, image: image.file.path, box: image.photograph.box?.numbers,
        name: image.name,
        identity: image.identity, camera: image.camera, distance: hit.distance, probability: hit.probability,
        right: hit.isRight, attributes: predictions(gallery.probabilities[hit.index]))
    }
  }

  /// What was looked for and how much was found, in a line.
  package var headline: String {
    var parts = [query.map { URL(fileURLWithPath: $0.image).lastPathComponent }].compactMap { $0 }
    if !conditions.isEmpty { parts.append(conditions.joined(separator: ", ")) }
    parts.append("\(ranked) of \(gallery) images ranked")
    if let trueMatches, let remainingMatches {
      let matches = Wording.count(trueMatches, "true match", "true matches")
      parts.append(filtered > 0 ? "\(remainingMatches) of \(matches) left" : matches)
    }
    if query != nil, let averagePrecision {
      parts.append("AP\(filtered > 0 ? " over those left" : "") \(Int((averagePrecision * 100).rounded())) %")
    }
    return parts.joined(separator: " · ")
  }

  /// The likeliest value of each attribute, by name.
  static func predictions(_ probabilities: [[Double]], scheme: AttributeScheme) -> [String: Prediction] {
    var result: [String: Prediction] = [:]
    for (attribute, row) in zip(scheme.attributes, probabilities) {
      guard let best = row.indices.max(by: { (row[$0], $1) < (row[$1], $0) }) else { continue }
      result[attribute.name] = Prediction(value: attribute.classes[best], probability: row[best])
    }
    return result
  }
}
