import Configuration
import Retrieval

extension Settings {
  /// How descriptors are made and ranked.
  package struct Evaluate: Configurable {
    package typealias Rerank = ReRanking

    /// The distances; there is one.
    package enum Distance: String, CaseIterable, Sendable {
      /// The root of the summed squared differences.
      case euclidean
    }

    package var distance: Distance
    /// Whether descriptors are scaled to unit length first.
    package var normalize: Bool
    /// Re-ranking beside the plain ranking; nil is none.
    package var rerank: Rerank?
    /// Images in one forward pass.
    package var batch: Int

    package static let keys: [Key<Evaluate>] = [
      Key("distance", \.distance, .word, "The distance between descriptors."),
      Key("normalize", \.normalize, .flag, "Whether descriptors are scaled to unit length first."),
      Key(
        "rerank", \.rerank,
        .optional(.group, or: "none", expected: "none or { k1: 20, k2: 6, lambda: 0.3 }"),
        "Re-ranking by k-reciprocal encoding beside the plain ranking (Zhong et al., CVPR 2017)."),
      Key("batch", \.batch, .int(in: 1...4096), "Images in one forward pass."),
    ]

    package init() { self.init(distance: .euclidean) }

    package init(
      distance: Distance = .euclidean, normalize: Bool = false, rerank: Rerank? = nil, batch: Int = 64
    ) {
      self.distance = distance
      self.normalize = normalize
      self.rerank = rerank
      self.batch = batch
    }
  }
}

extension ReRanking: Configurable {
  package static let keys: [Key<ReRanking>] = [
    Key("k1", \.k1, .int(in: 1...mostNeighbours), "Neighbours that are looked at for being mutual."),
    Key("k2", \.k2, .int(in: 1...mostNeighbours), "Neighbours that a query is expanded by."),
    Key("lambda", \.lambda, .number(in: 0...1), "The share of the original distance."),
    Key(
      "variant", \.variant, .word,
      "How the distance enters, squared (d2) or squared twice (d4): public code disagrees."),
    Key("junk", \.junk, .word, "Whether junk takes part as neighbours."),
  ]

  package init() { self.init(k1: 20) }
}
