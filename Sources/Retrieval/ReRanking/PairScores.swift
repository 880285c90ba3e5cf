import Foundation
import Support
import Tensors

/// What a judge of pairs said of each query's nearest gallery images, by which its ranking is made anew
/// (``FirstRescored``).
package struct PairScores: Sendable, Equatable {
  /// How many gallery images of each query were looked at: K, or all without junk where they are fewer.
  package let first: Int
  /// Their places in the gallery, `queries × first`, nearest first by the first stage.
  package let places: [Int]
  /// z₀ − z₁ of each: the logit of "two people" minus that of "one person".
  package let differences: [Float]

  /// - Throws: ``PlainError`` where a judgement is no number, as of a model whose training diverged.
  package init(first: Int, places: [Int], differences: [Float]) throws(PlainError) {
    precondition(
      places.count == differences.count && (first == 0 ? places.isEmpty : places.count.isMultiple(of: first)))
    if let wrong = differences.firstIndex(where: \.isNaN) {
      throw PlainError(
        "the judgement of query \(wrong / first) and gallery image \(places[wrong]) is no number; a model whose training "
          + "diverged gives such")
    }
    self.first = first
    self.places = places
    self.differences = differences
  }

  /// The gallery images of each query that are to be looked at: the nearest without junk, the query's own camera
  /// included.
  ///
  /// - Parameter count: K; nil for all.
  /// - Returns: `queries × first` places.
  /// - Throws: ``PlainError`` where the descriptors do not fit together.
  package static func nearest(
    _ count: Int?, query: LabelledDescriptors, gallery: Gallery, normalize: Bool
  ) throws(PlainError) -> (first: Int, places: [Int]) {
    let distances = try EuclideanDistances(
      query: normalize ? query.descriptors.unitLength : query.descriptors,
      gallery: normalize ? gallery.descriptors.unitLength : gallery.descriptors)
    let takingPart = gallery.labels.takingPart
    var cut = DistanceBlocks(queries: query.count, gallery: gallery.count, dimension: query.descriptors.dimension)
    if cut.gallery.count == 1 {
      let split = Split(count: query.count, chunks: max(1, query.count / 32))
      cut.queries = (0..<split.chunks).map { split[$0] }
    }
    let found = try distances.forEachQuery(cut: cut) { _, distances in
      FirstRescored(distances: takingPart.map { distances[$0] }, first: count).first.map { takingPart[$0] }
    }
    return (min(count ?? takingPart.count, takingPart.count), found.flatMap { $0 })
  }

  /// A query's distances after the second stage: P(different) of those that were looked at, all others behind them.
  ///
  /// - Parameter distances: the first stage's, to the whole gallery. Those of junk stay as they are: no ranking holds it.
  package func merged(_ distances: [Float], ofQuery query: Int, among labels: RetrievalLabels) -> [Float] {
    let range = query * first..<(query + 1) * first
    return Self.merged(distances, first: Array(places[range]), Array(differences[range]), among: labels.takingPart)
  }

  /// The same of a query that is not among the stored ones.
  ///
  /// - Parameters:
  ///   - first: the places that were looked at.
  ///   - takingPart: the places of the gallery that are no junk, ascending.
  package static func merged(
    _ distances: [Float], first: [Int], _ differences: [Float], among takingPart: [Int]
  ) -> [Float] {
    var order = [Int](repeating: 0, count: distances.count)
    for (number, place) in takingPart.enumerated() { order[place] = number }
    let rescored = FirstRescored(distances: takingPart.map { distances[$0] }, first: first.map { order[$0] })
    var merged = distances
    for (place, distance) in zip(takingPart, rescored.merged(probabilities(differences))) { merged[place] = distance }
    return merged
  }

  /// P(different) = 1/(1 + e^−(z₀ − z₁)). Where two of a query round to the same number though their judgements differ,
  /// the farther one gets the next number, so that the order is the judgements'.
  package static func probabilities(_ differences: [Float]) -> [Float] {
    var probabilities = [Float](repeating: 0, count: differences.count)
    var last: (difference: Float, probability: Float)?
    for place in differences.indices.sorted(by: { differences[$0] < differences[$1] }) {
      // Below the normal numbers some processors' modes see 0.
      let least = Float.leastNormalMagnitude
      var probability = Float(1 / (1 + exp(-Double(differences[place]))))
      if probability < least { probability = 0 }
      if let last {
        let next = max(least, last.probability.nextUp)
        probability = last.difference == differences[place] ? last.probability : max(probability, next)
      }
      probabilities[place] = probability
      last = (differences[place], probability)
    }
    return probabilities
  }
}

extension RetrievalLabels {
  /// The places of what is no junk, ascending.
  package var takingPart: [Int] { identities.indices.filter { identities[$0] != Self.junk } }
}

/// As a run stores them: `places` and `differences`, each [queries, first].
extension PairScores {
  package static let placesName = "places"
  package static let differencesName = "differences"
  /// Of judgements that are not all made yet: how many gallery images have passed by.
  package static let underWayName = "images_judged"

  package func stored(queries: Int) -> SafeTensors {
    SafeTensors(tensors: [
      Self.placesName: StoredTensor(places, shape: [queries, first]),
      Self.differencesName: StoredTensor(differences, shape: [queries, first]),
    ])
  }

  /// Reads what ``stored(queries:)`` wrote.
  ///
  /// - Throws: ``PlainError``, with the file's path, where it is of other queries or another gallery.
  package init(contentsOf file: URL, query: RetrievalLabels, gallery: RetrievalLabels) throws {
    let tensors = try SafeTensors(contentsOf: file).tensors
    guard tensors[Self.underWayName] == nil else {
      throw PlainError("\(file.path): judging was interrupted and is not at its end; `aanet run` finishes it")
    }
    guard let places = tensors[Self.placesName], let differences = tensors[Self.differencesName],
      let numbers = places.integers,
      places.shape.count == 2, places.shape == differences.shape, differences.integers == nil
    else {
      throw PlainError("\(file.path): it needs the tensors places and differences, both [queries, first]")
    }
    guard places.shape[0] == query.count, places.shape[1] <= gallery.takingPart.count,
      numbers.allSatisfy({ gallery.identities.indices.contains($0) && gallery.identities[$0] != RetrievalLabels.junk }),
      (0..<query.count).allSatisfy({ row in
        Set(numbers[row * places.shape[1]..<(row + 1) * places.shape[1]]).count == places.shape[1]
      })
    else {
      throw PlainError(
        "\(file.path): its pairs are of other images than the descriptors beside it (\(query.count) queries, "
          + "\(gallery.count) gallery images)")
    }
    do throws(PlainError) {
      try self.init(first: places.shape[1], places: numbers, differences: differences.floats)
    } catch {
      throw PlainError("\(file.path): \(error.description)")
    }
  }
}
