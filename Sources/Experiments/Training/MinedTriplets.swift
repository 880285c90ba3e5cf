import Datasets
import Layers
import Models
import Retrieval
import Support
import Tensors

/// Mines the triplets of a few steps of training: describes a pool of training images with the network as it is, and
/// takes for each anchor a far image of its identity and a near one of another.
///
/// Source: Almazán, Gajić, Murray and Larlus, "Re-ID done right", arXiv 1801.05339.
struct MinedTriplets {
  let sampler: Settings.Train.TripletBatches
  let data: TrainingData
  let engine: Engine

  /// The batches of so many steps. Only the seed, the step and the network's numbers decide them.
  ///
  /// - Parameters:
  ///   - step: the step that comes next, by epoch and, within it, by step.
  ///   - describe: gives the descriptors of training images, one after the other.
  func batches(
    _ steps: Int, seed: Int, before step: (epoch: Int, step: Int), describe: (_ images: [Int]) throws -> [Float]
  ) throws -> [[Int]] {
    var stream = RandomStream(seed: UInt64(seed), name: "mining/\(step.epoch)/\(step.step)")
    let classes = data.dataset.trainClasses
    var pool = stream.permutation(classes.count).prefix(sampler.pool).sorted()
    // A small pool may hold nobody twice; then all images are the pool.
    if TripletMining.anchors(among: pool.map { classes[$0] }).isEmpty { pool = Array(classes.indices) }
    let values = try describe(pool)
    let identities = pool.map { classes[$0] }
    let mining = try TripletMining(
      pool: Descriptors(values, dimension: values.count / max(1, pool.count), of: "pool"),
      identities: identities, hardest: sampler.hardest)
    let anchors = mining.anchors
    precondition(!anchors.isEmpty, "triplets are not possible here, which is asked before training")
    return (0..<steps).map { _ in
      // Where the pool has fewer anchors than a step shows, they have several turns.
      var chosen: [Int] = []
      while chosen.count < sampler.count {
        chosen += stream.permutation(anchors.count).prefix(sampler.count - chosen.count).map { anchors[$0] }
      }
      let draws = chosen.map { _ in stream.uniform() }
      let pairs = mining.mine(anchors: chosen, draws: draws, workers: engine.workers)
      let triplets = zip(chosen, pairs).compactMap { anchor, pair in pair.map { (anchor, $0.positive, $0.negative) } }
      return (triplets.map(\.0) + triplets.map(\.1) + triplets.map(\.2)).map { pool[$0] }
    }
  }
}
