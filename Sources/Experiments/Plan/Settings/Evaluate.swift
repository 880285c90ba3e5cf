import Configuration
import Layers
import Models
import Retrieval

extension Settings {
  /// How descriptors are made and ranked.
  package struct Evaluate: Configurable {
    package typealias Rerank = ReRanking
    package typealias Pairs = PairRanking

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
    /// What maps are stored as and products are made of; training has its own.
    package var precision: Precision
    /// A second stage by judging pairs; nil is none.
    package var pairs: Pairs?

    package static let keys: [Key<Evaluate>] = [
      Key("distance", \.distance, .word, "The distance between descriptors."),
      Key("normalize", \.normalize, .flag, "Whether descriptors are scaled to unit length first."),
      Key(
        "rerank", \.rerank,
        .optional(.group, or: "none", expected: "none or { k1: 20, k2: 6, lambda: 0.3 }"),
        "Re-ranking by k-reciprocal encoding beside the plain ranking (Zhong et al., CVPR 2017)."),
      Key("batch", \.batch, .int(in: 1...4096), "Images in one forward pass."),
      Key(
        "precision", \.precision, .word,
        "Single precision (fp32), or maps and operands of products in bfloat16 (bf16), whatever training did.",
        isYounger: true),
      Key(
        "pairs", \.pairs,
        .optional(.group, or: "none", expected: "none or { first: 75, first_stage: euclidean }"),
        "A second stage: the pairs task judges each query's nearest gallery images, all others stay behind them.",
        isYounger: true),
    ]

    package init() { self.init(distance: .euclidean) }

    package init(
      distance: Distance = .euclidean, normalize: Bool = false, rerank: Rerank? = nil, batch: Int = 64,
      precision: Precision = .single, pairs: Pairs? = nil
    ) {
      self.distance = distance
      self.normalize = normalize
      self.rerank = rerank
      self.batch = batch
      self.precision = precision
      self.pairs = pairs
    }

    /// Whether descriptors are scaled to unit length before they are compared.
    package var isNormalized: Bool { normalize || pairs?.firstStage == .cosine }

    /// What keeps the network's descriptors and pairs from being ranked so.
    func fault(of tasks: TaskSet) -> SettingFault? {
      guard pairs != nil else { return nil }
      guard tasks.judgesPairs else {
        return SettingFault(
          at: "evaluate.pairs", "tasks",
          reason: "no task judges pairs; add pairs to tasks, or leave evaluate.pairs out")
      }
      guard rerank == nil else {
        return SettingFault(
          at: "evaluate.rerank", "evaluate.pairs",
          reason:
            "k-reciprocal encoding compares descriptors, and the ranking is by pairs; leave one of rerank and pairs out"
        )
      }
      return nil
    }
  }

  /// The second stage of a ranking, by judging pairs.
  package struct PairRanking: Configurable {
    /// How near images are found at first.
    package enum FirstStage: String, CaseIterable, Sendable {
      /// By the distance of descriptors, as ``Evaluate`` has it.
      case euclidean
      /// By their angle: the distance of descriptors that are scaled to unit length has its order.
      case cosine
    }

    /// K, how many gallery images of each query are judged; nil is all.
    package var first: Int?
    package var firstStage: FirstStage

    package static let keys: [Key<PairRanking>] = [
      Key(
        "first", \.first, .optional(.int(in: 1...1_000_000), or: "all", expected: "a whole number from 1, or all"),
        "How many of each query's nearest gallery images are judged; an image beyond them neither rises nor intrudes."),
      Key("first_stage", \.firstStage, .word, "How the nearest are found: by distance, or by angle."),
    ]

    package init() { self.init(first: 75) }

    package init(first: Int? = 75, firstStage: FirstStage = .euclidean) {
      self.first = first
      self.firstStage = firstStage
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
