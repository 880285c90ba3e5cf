import Layers
import Models
import Tensors

/// The second stage of a ranking: asks a model's judge of pairs about each query's nearest gallery images, while the
/// gallery passes by batch after batch. The queries' maps stay in memory, a gallery image's do not.
package struct PairRescoring {
  private let head: PairHead
  /// `[queries, Hₙ, Wₙ, V]` of each scale.
  private let queries: [Tensor]
  private let engine: Engine
  /// For each gallery image the pairs that it is in, each by its query and its place in ``differences``.
  private let wanted: [[(query: Int, place: Int)]]
  /// z₀ − z₁ of each pair, in the order of the places; 0 as long as its gallery image has not passed by.
  package private(set) var differences: [Float]

  /// - Parameters:
  ///   - queries: `[queries, Hₙ, Wₙ, V]` of each scale.
  ///   - first: how many gallery images of each query are looked at.
  ///   - places: theirs, `queries × first`.
  ///   - gallery: how many gallery images there are.
  ///   - judged: what is judged already; nil for nothing.
  package init(
    _ head: PairHead, queries: [Tensor], first: Int, places: [Int], gallery: Int, judged: [Float]? = nil,
    on engine: Engine
  ) {
    self.head = head
    self.queries = queries
    self.engine = engine
    var wanted = [[(query: Int, place: Int)]](repeating: [], count: gallery)
    for (place, image) in places.enumerated() { wanted[image].append((place / first, place)) }
    self.wanted = wanted
    differences = judged ?? [Float](repeating: 0, count: places.count)
  }

  /// Pairs that are judged at once: as many queries at most are prepared at once.
  private static let most = 64

  /// Judges the pairs of some gallery images.
  ///
  /// - Parameters:
  ///   - images: their places in the gallery.
  ///   - maps: `[images.count, Hₙ, Wₙ, V]` of each scale.
  package mutating func judge(_ images: Range<Int>, maps: [Tensor]) {
    let pairs = images.flatMap { image in wanted[image].map { ($0.query, $0.place, image - images.lowerBound) } }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    guard !pairs.isEmpty else { return }
    let gallery = head.gallery(maps, on: engine)
    for start in stride(from: 0, to: pairs.count, by: Self.most) {
      let some = pairs[start..<min(start + Self.most, pairs.count)]
      var asked: [Int] = []
      let mapPairs = some.map { query, _, image in
        if asked.last != query { asked.append(query) }
        return MapPair(reference: image, other: asked.count - 1)
      }
      let probes = head.probes(gathered(asked), on: engine)
      let judged = head.differences(of: probes, and: gallery, pairs: mapPairs, on: engine)
      for ((_, place, _), difference) in zip(some, judged) { differences[place] = difference }
    }
  }

  private func gathered(_ asked: [Int]) -> [Tensor] {
    queries.map { all in
      let count = all.count / max(1, all.shape[0])
      let some = engine.empty([asked.count] + all.shape.dropFirst())
      for (place, query) in asked.enumerated() {
        (some.pointer + place * count).update(from: all.pointer + query * count, count: count)
      }
      return some
    }
  }
}
