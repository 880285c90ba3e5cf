import Layers
import Models
import Retrieval
import Support
import Tensors

/// All pairs of a batch's images, judged by their maps: each image as a probe, all of them as its gallery.
struct JudgedPairs {
  /// Euclidean distances of descriptors, a row for each probe.
  let firstStage: [[Float]]
  /// How probable it is that a pair shows two people.
  let distances: [[Float]]

  /// nil where the model judges no pairs.
  init?(of output: AANet.Output, by model: AANet) {
    guard let head = model.pairHead, !output.pairMaps.isEmpty else { return nil }
    let engine = model.store.engine
    let images = output.features.shape[0]
    let descriptors = output.descriptors
    let width = descriptors.count / images
    // From the differences: an image's distance to itself is 0, which a product of matrices does not give.
    firstStage = descriptors.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return [] }
      return (0..<images).map { probe in
        (0..<images).map { image in
          Float(squaredDistance(start + probe * width, start + image * width, count: width).squareRoot())
        }
      }
    }
    let pairs = (0..<images * images).map { MapPair(reference: $0 % images, other: $0 / images) }
    let differences = head.differences(
      of: head.probes(output.pairMaps, on: engine), and: head.gallery(output.pairMaps, on: engine), pairs: pairs,
      on: engine)
    distances = (0..<images).map { probe in
      PairScores.probabilities(Array(differences[probe * images..<(probe + 1) * images]))
    }
  }

  /// The ranking's distances where the first so many are judged anew.
  func merged(first count: Int) -> [[Float]] {
    zip(firstStage, distances).map { first, judged in
      let rescored = FirstRescored(distances: first, first: count)
      return rescored.merged(rescored.first.map { judged[$0] })
    }
  }
}

extension CaseComparison {
  /// Compares what the case has of an evaluation's pairs: `pair_distances`, `first_stage`, `merged_firstK`.
  mutating func compare(_ pairs: JudgedPairs, under prefix: String) throws(PlainError) {
    let shape = [pairs.distances.count, pairs.distances.count]
    var shown = ["pair_distances": pairs.distances, "first_stage": pairs.firstStage]
    for name in names(beginning: prefix + "merged_first") {
      guard let count = Int(name.dropFirst(prefix.count + "merged_first".count)), count > 0 else {
        throw PlainError("the tensor '\(name)' names no number of images")
      }
      shown[String(name.dropFirst(prefix.count))] = pairs.merged(first: count)
    }
    for (name, rows) in shown.sorted(by: { $0.key < $1.key }) where has(prefix + name) {
      try compare(rows.flatMap { $0 }, shape: shape, with: prefix + name, .evaluation)
    }
  }
}
