import Foundation
import Retrieval
import Support
import Tensors
import TestSupport
import Testing

/// The second stage of a ranking: the nearest of each query in the order in which pairs were judged.
struct PairScoresTests {
  private static let dimension = 3

  private func set(_ count: Int, _ name: String, identities: ClosedRange<Int>) throws -> LabelledDescriptors {
    try LabelledDescriptors(
      values: TestNumbers.uniform(count * Self.dimension, "pairs \(name)", in: -1...1), dimension: Self.dimension,
      identities: TestNumbers.whole(count, "pairs identities \(name)", in: identities),
      cameras: TestNumbers.whole(count, "pairs cameras \(name)", in: 1...3))
  }

  /// The distance of a query to a gallery image, in double precision.
  private func distance(_ query: Int, _ image: Int, _ sets: (LabelledDescriptors, LabelledDescriptors)) -> Double {
    (0..<Self.dimension).reduce(0) { sum, i in
      let difference =
        sets.0.descriptors.values[query * Self.dimension + i] - sets.1.descriptors.values[image * Self.dimension + i]
      return sum + Double(difference) * Double(difference)
    }.squareRoot()
  }

  @Test("the nearest are found without junk, the query's own camera among them")
  func nearest() throws {
    let sets = (try set(7, "query", identities: 1...4), try set(40, "gallery", identities: -1...4))
    for count in [1, 5, 39, nil] as [Int?] {
      let (first, places) = try PairScores.nearest(count, query: sets.0, gallery: Gallery(sets.1), normalize: false)
      let takingPart = (0..<40).filter { sets.1.labels.identities[$0] != -1 }
      #expect(first == min(count ?? 40, takingPart.count) && places.count == 7 * first && takingPart.count < 39)
      for query in 0..<7 {
        let expected = takingPart.sorted { distance(query, $0, sets) < distance(query, $1, sets) }.prefix(first)
        #expect(Array(places[query * first..<(query + 1) * first]) == Array(expected))
      }
    }
  }

  @Test("a ranking is the judged ones by their judgements, then the others by distance", arguments: [1, 5, 100])
  func ranking(_ count: Int) throws {
    let sets = (try set(7, "query", identities: 1...4), try set(40, "gallery", identities: -1...4))
    let (first, places) = try PairScores.nearest(count, query: sets.0, gallery: Gallery(sets.1), normalize: false)
    // Wide enough that probabilities round to 0 and to 1.
    let differences = TestNumbers.normal(places.count, "pairs judged").map { 60 * $0 }
    let pairs = try PairScores(first: first, places: places, differences: differences)
    let result = try RetrievalProtocol.evaluate(query: sets.0, gallery: sets.1, pairs: pairs, topRanks: 40)
    for (query, ranking) in result.queries.enumerated() {
      let judged = (query * first..<(query + 1) * first).map { (places[$0], differences[$0]) }
      let order = judged.sorted { $0.1 < $1.1 }.map(\.0)
      let rest = (0..<40).filter { !order.contains($0) }.sorted {
        distance(query, $0, sets) < distance(query, $1, sets)
      }
      let labels = (sets.0.labels, sets.1.labels)
      let expected = (order + rest).filter { image in
        labels.1.identities[image] != -1
          && (labels.1.identities[image] != labels.0.identities[query]
            || labels.1.cameras[image] != labels.0.cameras[query])
      }
      #expect(ranking.top == expected)
    }
  }

  @Test("probabilities are exact where they differ, and keep the judgements' order where they round to one number")
  func probabilities() {
    #expect(PairScores.probabilities([0, 1, -1]) == [0.5, Float(1 / (1 + exp(-1.0))), Float(1 / (1 + exp(1.0)))])
    let high = PairScores.probabilities([30, 29, 40, 29, .infinity])
    #expect(high[1] < high[0] && high[0] < high[2] && high[2] < high[4] && high[1] == high[3])
    #expect(high.allSatisfy { abs($0 - 1) < 1e-6 })
    let low = PairScores.probabilities([-300, -200, -.infinity])
    #expect(low[2] < low[0] && low[0] < low[1] && low[1] < 1e-37 && low[2] == 0)
    #expect(PairScores.probabilities([]).isEmpty)
  }

  @Test("judgements are stored and read back; what is not of these images is refused")
  func stored() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("pairs.safetensors")
    let query = try RetrievalLabels(identities: [1, 2], cameras: [1, 1])
    let gallery = try RetrievalLabels(identities: [1, -1, 2, 0], cameras: [2, 2, 2, 2])
    func write(_ places: [Int], _ shape: [Int]) throws {
      let tensors = [
        "places": StoredTensor(places, shape: shape),
        "differences": StoredTensor([Float](repeating: 1, count: places.count), shape: shape),
      ]
      try SafeTensors(tensors: tensors).serialized().write(to: file)
    }
    let pairs = try PairScores(first: 2, places: [0, 3, 2, 0], differences: [-1, 2, 0.5, 3])
    try pairs.stored(queries: 2).serialized().write(to: file)
    #expect(try PairScores(contentsOf: file, query: query, gallery: gallery) == pairs)
    let other =
      "\(file.path): its pairs are of other images than the descriptors beside it (2 queries, 4 gallery images)"
    for (places, shape) in [
      ([0, 4, 2, 0], [2, 2]), ([0, 1, 2, 0], [2, 2]), ([0, 0, 2, 0], [2, 2]), ([0, -1, 2, 0], [2, 2]), ([0], [1, 1]),
      ([0, 2, 3, 0, 2, 3, 0, 2], [2, 4]),
    ] {
      try write(places, shape)
      #expect(throws: PlainError(other)) { try PairScores(contentsOf: file, query: query, gallery: gallery) }
    }
    try write([0, 3, 2, 0], [4])
    #expect(
      throws: PlainError("\(file.path): it needs the tensors places and differences, both [queries, first]")
    ) { try PairScores(contentsOf: file, query: query, gallery: gallery) }
    #expect(
      throws: PlainError(
        "the judgement of query 1 and gallery image 2 is no number; a model whose training diverged gives such")
    ) { try PairScores(first: 2, places: [0, 3, 2, 0], differences: [1, 1, .nan, 1]) }
  }
}
