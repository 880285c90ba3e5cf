import Configuration
import Retrieval
import Support

extension Settings {
  /// How descriptors are made and ranked.
  package struct Evaluate: Sendable, Hashable {
    /// The distances; there is one.
    package enum Distance: String, CaseIterable, Sendable {
      /// The root of the summed squared differences.
      case euclidean
    }

    /// Re-ranking by k-reciprocal encoding (Zhong et al., CVPR 2017).
    package struct Rerank: Sendable, Hashable {
      /// Neighbours that are looked at for being mutual.
      package var k1: Int
      /// Neighbours that a query is expanded by.
      package var k2: Int
      /// The share of the original distance.
      package var lambda: Double
      /// How the distance enters, squared or squared twice: public code disagrees.
      package var variant: ReRanking.Variant
      /// Whether junk takes part as neighbours.
      package var junk: ReRanking.Junk

      /// States the re-ranking.
      package init(
        k1: Int = 20, k2: Int = 6, lambda: Double = 0.3, variant: ReRanking.Variant = .d2, junk: ReRanking.Junk = .out
      ) {
        self.k1 = k1
        self.k2 = k2
        self.lambda = lambda
        self.variant = variant
        self.junk = junk
      }

      /// The re-ranking that these settings describe.
      var reranking: ReRanking { ReRanking(k1: k1, k2: k2, lambda: lambda, variant: variant, junk: junk) }
    }

    /// Which distance.
    package var distance: Distance
    /// Whether descriptors are scaled to unit length first.
    package var normalize: Bool
    /// Re-ranking beside the plain ranking; nil is none.
    package var rerank: Rerank?
    /// Images in one forward pass.
    package var batch: Int

    /// States the evaluation; no re-ranking by default.
    package init(
      distance: Distance = .euclidean, normalize: Bool = false, rerank: Rerank? = nil, batch: Int = 64
    ) {
      self.distance = distance
      self.normalize = normalize
      self.rerank = rerank
      self.batch = batch
    }

    init(_ setting: Setting?) throws(ConfigurationError) {
      self.init()
      guard let setting else { return }
      let keys = try setting.keys("distance", "normalize", "rerank", "batch")
      if let distance = keys["distance"] { self.distance = try distance.choice() }
      if let normalize = keys["normalize"] { self.normalize = try normalize.bool() }
      if let rerank = keys["rerank"] { self.rerank = rerank.isWord("none") ? nil : try Rerank(rerank) }
      if let batch = keys["batch"] { self.batch = try batch.int(in: 1...4096) }
    }

    var yaml: YAMLValue {
      .mapping([
        ("distance", .string(distance.rawValue)), ("normalize", .bool(normalize)),
        ("rerank", rerank?.yaml ?? .string("none")), ("batch", .int(batch)),
      ])
    }
  }
}

extension Settings.Evaluate.Rerank {
  init(_ setting: Setting) throws(ConfigurationError) {
    self.init()
    guard setting.value.entries != nil else { throw setting.mismatch("none or { k1: 20, k2: 6, lambda: 0.3 }") }
    let keys = try setting.keys("k1", "k2", "lambda", "variant", "junk")
    if let k1 = keys["k1"] { self.k1 = try k1.int(in: 1...ReRanking.mostNeighbours) }
    if let k2 = keys["k2"] { self.k2 = try k2.int(in: 1...ReRanking.mostNeighbours) }
    if let lambda = keys["lambda"] { self.lambda = try lambda.double(in: 0...1) }
    if let variant = keys["variant"] { self.variant = try variant.choice() }
    if let junk = keys["junk"] { self.junk = try junk.choice() }
  }

  var yaml: YAMLValue {
    .mapping([
      ("k1", .int(k1)), ("k2", .int(k2)), ("lambda", .double(lambda)), ("variant", .string(variant.rawValue)),
      ("junk", .string(junk.rawValue)),
    ])
  }
}
