import Configuration
import Models
import Support
import Tensors

extension Settings.Train {
  /// Batches of some identities with some images each, as losses on pairs and triplets need them.
  package struct IdentityBatches: Configurable {
    /// P, identities in a batch.
    package var count: Int
    /// K, images of each.
    package var images: Int

    package static let keys: [Key<IdentityBatches>] = [
      Key("count", \.count, .int(in: 2...2048), "Identities in a batch.", isRequired: true),
      Key(
        "images", \.images, .int(in: 1...2048), "Images of each identity; one that has fewer shows some of them again.",
        isRequired: true),
    ]

    package init() { self.init(count: 8, images: 4) }

    package init(count: Int, images: Int) {
      self.count = count
      self.images = images
    }

    /// Whether they fill batches of a stated size; the batch is what steps and speeds are counted in, so it is not left
    /// to follow.
    func fault(batch: Int, at path: String) -> SettingFault? {
      guard count * images != batch else { return nil }
      return SettingFault(
        at: "\(path).sampler", "\(path).batch", "train.sampler", "train.batch",
        reason: "\(Wording.count(count, "identity", "identities")) with \(Wording.count(images, "image")) each are "
          + "\(count * images) images, and a batch is \(batch); make batch \(count * images)")
    }

    /// The images of one epoch's batches, drawn from streams of the seed and the epoch alone: as many batches as the
    /// images fill.
    ///
    /// Identities come in an order drawn anew whenever all had their turn, none twice in a batch; the images of each
    /// likewise, so that over the epochs every image is shown equally often within its identity. An identity with fewer
    /// than K images shows all of them, and some again.
    ///
    /// - Parameter classes: the class of each image.
    package func epoch(classes: [Int], seed: Int, epoch: Int) -> [[Int]] {
      var stream = RandomStream(seed: UInt64(seed), name: "identities/\(epoch)")
      let byClass = Dictionary(grouping: classes.indices, by: { classes[$0] })
      let identities = byClass.keys.sorted()
      guard identities.count >= count else { return [] }
      var turns: [Int] = []
      var queues: [Int: [Int]] = [:]
      return (0..<classes.count / (count * images)).map { _ in
        var chosen: [Int] = []
        while chosen.count < count {
          if turns.isEmpty {
            // Whoever is in the batch already waits until the others had their turn.
            let order = stream.permutation(identities.count).map { identities[$0] }
            turns = order.filter { !chosen.contains($0) } + order.filter(chosen.contains)
          }
          chosen.append(turns.removeFirst())
        }
        return chosen.flatMap { identity -> [Int] in
          let all = byClass[identity] ?? []
          var queue = queues[identity] ?? []
          while queue.count < images {
            // Those that wait already come last again.
            let (order, waiting) = (stream.permutation(all.count).map { all[$0] }, queue)
            queue += order.filter { !waiting.contains($0) } + order.filter(waiting.contains)
          }
          queues[identity] = Array(queue.dropFirst(images))
          return Array(queue.prefix(images))
        }
      }
    }
  }
}
