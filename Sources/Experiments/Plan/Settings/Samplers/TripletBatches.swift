import Configuration
import Models
import Support

extension Settings.Train {
  /// Batches of mined triplets: B anchors, then an image of each one's identity that is far from it, then one of another
  /// that is near.
  ///
  /// Source: Almazán, Gajić, Murray and Larlus, "Re-ID done right", arXiv 1801.05339.
  package struct TripletBatches: Configurable {
    /// B, anchors of a step.
    package var count: Int
    /// Images that are drawn and described anew for each mining.
    package var pool: Int
    /// Of an anchor's pairs so many of the hardest stay, of which one is drawn.
    package var hardest: Int
    /// Steps from one mining to the next.
    package var refresh: Int

    package static let keys: [Key<TripletBatches>] = [
      Key("count", \.count, .int(in: 1...1365), "Anchors of a step; a batch has three times as many images."),
      Key("pool", \.pool, .int(in: 2...10_000_000), "Images that are drawn and described anew for each mining."),
      Key(
        "hardest", \.hardest, .int(in: 1...10_000),
        "Of an anchor's pairs of images so many of the hardest stay, and one of them is drawn."),
      Key("refresh", \.refresh, .int(in: 1...1_000_000), "Steps from one mining to the next."),
    ]

    package init() { self.init(count: 64) }

    package init(count: Int = 64, pool: Int = 5000, hardest: Int = 25, refresh: Int = 16) {
      self.count = count
      self.pool = pool
      self.hardest = hardest
      self.refresh = refresh
    }

    func fault(batch: Int, at path: String) -> SettingFault? {
      if count > pool {
        return SettingFault(
          at: "\(path).sampler", "train.sampler",
          reason: "\(Wording.count(count, "anchor")) cannot be drawn from a pool of \(pool) images; make pool larger")
      }
      guard 3 * count != batch else { return nil }
      return SettingFault(
        at: "\(path).sampler", "\(path).batch", "train.sampler", "train.batch",
        reason: "\(Wording.count(count, "triplet")) are \(3 * count) images, and a batch is \(batch); make batch "
          + "\(3 * count)")
    }
  }
}
