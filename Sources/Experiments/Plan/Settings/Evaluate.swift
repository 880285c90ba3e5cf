import Configuration

extension Settings {
  /// How descriptors are made and ranked.
  public struct Evaluate: Sendable, Hashable {
    /// The distances; there is one.
    public enum Distance: String, CaseIterable, Sendable {
      /// The root of the summed squared differences.
      case euclidean
    }

    /// Re-ranking by k-reciprocal encoding (Zhong et al., CVPR 2017).
    public struct Rerank: Sendable, Hashable {
      /// Neighbours that are looked at for being mutual.
      public var k1: Int
      /// Neighbours that a query is expanded by.
      public var k2: Int
      /// The share of the original distance.
      public var lambda: Double

      /// States the re-ranking.
      public init(k1: Int = 20, k2: Int = 6, lambda: Double = 0.3) {
        self.k1 = k1
        self.k2 = k2
        self.lambda = lambda
      }
    }

    /// Which distance.
    public var distance: Distance
    /// Whether descriptors are scaled to unit length first.
    public var normalize: Bool
    /// Re-ranking beside the plain ranking; nil is none.
    public var rerank: Rerank?
    /// Images in one forward pass.
    public var batch: Int

    /// States the evaluation; no re-ranking by default.
    public init(
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
    let keys = try setting.keys("k1", "k2", "lambda")
    if let k1 = keys["k1"] { self.k1 = try k1.int(in: 1...1000) }
    if let k2 = keys["k2"] { self.k2 = try k2.int(in: 1...1000) }
    if let lambda = keys["lambda"] { self.lambda = try lambda.double(in: 0...1) }
  }

  var yaml: YAMLValue { .mapping([("k1", .int(k1)), ("k2", .int(k2)), ("lambda", .double(lambda))]) }
}
