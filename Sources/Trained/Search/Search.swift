import Datasets
import Retrieval

/// What is looked for: an image, or only attributes.
package struct SearchQuery {
  /// The image.
  package let image: SearchImage
  /// Its descriptor.
  package let descriptor: [Float]
  /// For each attribute the probability of each class; empty where the attribute task is off.
  package let probabilities: [[Double]]
  /// Its place among the run's queries; nil where it is none of them.
  let place: Int?

  /// Names what is looked for.
  package init(image: SearchImage, descriptor: [Float], probabilities: [[Double]], place: Int? = nil) {
    self.place = place
    self.image = image
    self.descriptor = descriptor
    self.probabilities = probabilities
  }

  /// The likeliest class of each attribute, the first of equals; empty where the attribute task is off.
  package var predictedClasses: [Int?] { SearchGallery.likeliest(probabilities) }
}

/// Ranking a gallery for one query, by the rules of the benchmarks' protocol, with images filtered by attributes.
package struct Search {
  /// Which attributes a filter looks at.
  package enum Source: String, CaseIterable, Sendable {
    /// What the model predicts, as in the paper's Figure 8.
    case predicted
    /// What the annotators wrote.
    case labelled
  }

  /// One image of the answer.
  package struct Hit: Equatable, Sendable {
    /// The image's place in the gallery.
    package let index: Int
    /// Its rank, from 1.
    package let rank: Int
    /// The rank that it had without the filter; the same where there is none.
    package let unfilteredRank: Int
    /// The descriptor's distance to the query's; nil where there is no query image.
    package let distance: Double?
    /// How likely the image is what the filter wants; nil where nothing is wanted or nothing is predicted.
    package let probability: Double?
    /// Whether the image is right: of the query's person, or, without a query image, of the wanted labels. Nil where
    /// nobody knows.
    package let isRight: Bool?

    package init(
      index: Int, rank: Int, unfilteredRank: Int, distance: Double?, probability: Double?, isRight: Bool?
    ) {
      self.index = index
      self.rank = rank
      self.unfilteredRank = unfilteredRank
      self.distance = distance
      self.probability = probability
      self.isRight = isRight
    }
  }

  /// The whole answer, best first.
  package struct Answer: Sendable {
    /// Everything that was ranked.
    package let hits: [Hit]
    /// Images left out as junk, or as the query's person before the query's own camera.
    package let leftOut: Int
    /// Images that the filter took away.
    package let filtered: Int
    /// Images of the query's person in the ranking before the filter; nil where nobody knows.
    package let trueMatches: Int?

    package init(hits: [Hit], leftOut: Int, filtered: Int, trueMatches: Int?) {
      self.hits = hits
      self.leftOut = leftOut
      self.filtered = filtered
      self.trueMatches = trueMatches
    }

    /// The average precision of what is ranked, over its own true matches (rectangle form); nil where it has none.
    package var averagePrecision: Double? {
      AveragePrecision(matchRanks: hits.filter { $0.isRight == true }.map { $0.rank - 1 })?.rectangle
    }

    /// True matches that the filter left.
    package var remainingMatches: Int { hits.count { $0.isRight == true } }
  }

  /// Where is searched.
  package let gallery: SearchGallery
  private let normalize: Bool
  private let second: SecondStage?
  private let descriptors: Descriptors

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - normalize: whether descriptors are scaled to unit length first.
  ///   - second: what makes the distances of the nearest anew; nil leaves them.
  package init(_ gallery: SearchGallery, normalize: Bool, second: SecondStage? = nil) {
    self.gallery = gallery
    self.normalize = normalize
    self.second = second
    descriptors = normalize ? gallery.descriptors.unitLength : gallery.descriptors
  }

  /// Ranks the gallery by distance to a query; of equal distances the gallery's order decides.
  ///
  /// Junk is left out, and so are images of the query's person by the query's camera.
  ///
  /// - Throws: `PlainError` where descriptors do not fit together.
  package func rank(
    for query: SearchQuery, where filter: AttributeFilter = AttributeFilter(), by source: Source = .predicted
  ) throws -> Answer {
    var answer = Answer(hits: [], leftOut: 0, filtered: 0, trueMatches: nil)
    try distances(of: [query]) { answer = self.answer(to: query, $1, where: filter, by: source) }
    return answer
  }

  /// Hands over the distances of each query to all gallery images, by the query's place.
  ///
  /// - Throws: `PlainError` where descriptors do not fit together; what `body` throws.
  func distances(of queries: [SearchQuery], _ body: (_ query: Int, _ distances: [Float]) throws -> Void) throws {
    let all = try Descriptors(
      queries.flatMap(\.descriptor), dimension: gallery.descriptors.dimension, of: "query")
    let distances = try EuclideanDistances(query: normalize ? all.unitLength : all, gallery: descriptors)
    for (index, query) in queries.enumerated() {
      let plain = try distances.rows(index..<index + 1)
      try body(index, try second?.distances(plain, of: query, in: gallery) ?? plain)
    }
  }

  /// Ranks the gallery by given distances.
  func answer(
    to query: SearchQuery, _ distances: [Float], where filter: AttributeFilter, by source: Source = .predicted
  ) -> Answer {
    let allowed = gallery.images.indices.filter { !isLeftOut(gallery.images[$0], for: query.image) }
    let ranked = Self.order(of: allowed, by: distances)
    let known = query.image.identity.map { $0 > 0 } ?? false && gallery.images.contains { $0.identity != nil }
    func isRight(_ index: Int) -> Bool? {
      known ? gallery.images[index].identity.map { $0 == query.image.identity } : nil
    }
    let kept = ranked.enumerated().filter { filter.isEmpty || filter.matches(classes(of: $0.element, source)) }
    let hits = kept.enumerated().map { rank, place in
      Hit(
        index: place.element, rank: rank + 1, unfilteredRank: place.offset + 1,
        distance: Double(distances[place.element]), probability: probability(of: place.element, filter),
        isRight: isRight(place.element))
    }
    return Answer(
      hits: hits, leftOut: gallery.images.count - allowed.count, filtered: ranked.count - hits.count,
      trueMatches: known ? ranked.count { isRight($0) == true } : nil)
  }

  /// Places of the gallery by distance; of equal distances the gallery's order decides.
  static func order(of places: some Collection<Int>, by distances: [Float]) -> [Int] {
    // Distances are not negative, so whole-number order of their bits is their order; the place decides ties.
    places.map { UInt64((distances[$0] + 0).bitPattern) << 32 | UInt64($0) }.sorted().map { Int($0 & 0xffff_ffff) }
  }

  /// Ranks the images that are what is wanted by how likely they are; of equally likely ones the gallery's order decides.
  /// Without predictions (by labels, of a model without the attribute task) the order is the gallery's.
  package func rank(where filter: AttributeFilter, by source: Source = .predicted) -> Answer {
    let allowed = gallery.images.indices.filter { !gallery.images[$0].isJunk }
    let likely = allowed.map { ($0, probability(of: $0, filter)) }
    let ranked = likely.sorted { ($1.1 ?? 0, $0.0) < ($0.1 ?? 0, $1.0) }
    let kept = ranked.enumerated().filter { filter.matches(classes(of: $0.element.0, source)) }
    let hits = kept.enumerated().map { rank, place in
      Hit(
        index: place.element.0, rank: rank + 1, unfilteredRank: place.offset + 1, distance: nil,
        probability: place.element.1, isRight: isAsLabelled(place.element.0, filter))
    }
    return Answer(
      hits: hits, leftOut: gallery.images.count - allowed.count, filtered: ranked.count - hits.count,
      trueMatches: nil)
  }

  /// Whether the annotators wrote what is wanted; nil where they left out one of the attributes, or the image.
  private func isAsLabelled(_ index: Int, _ filter: AttributeFilter) -> Bool? {
    guard let labels = gallery.labels[index],
      filter.conditions.allSatisfy({ labels[$0.attribute] != nil })
    else { return nil }
    return filter.matches(labels)
  }

  private func isLeftOut(_ image: SearchImage, for query: SearchImage) -> Bool {
    if image.isJunk { return true }
    guard let identity = query.identity, let camera = query.camera else { return image.photograph == query.photograph }
    return image.identity == identity && image.camera == camera
  }

  private func classes(of index: Int, _ source: Source) -> [Int?] {
    switch source {
    case .predicted: gallery.predicted[index]
    case .labelled: gallery.labels[index] ?? []
    }
  }

  private func probability(of index: Int, _ filter: AttributeFilter) -> Double? {
    filter.isEmpty || gallery.probabilities[index].isEmpty ? nil : filter.probability(gallery.probabilities[index])
  }
}
