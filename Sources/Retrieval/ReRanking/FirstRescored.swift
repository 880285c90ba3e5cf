/// A second opinion on one query's nearest gallery images.
///
/// The first K by the first stage's distance get the distance that a costlier judge gives them; whatever is not looked
/// at comes behind them with its order kept. What lies beyond K can neither rise nor intrude.
/// Source: the evaluation of Shen et al., "End-to-end deep Kronecker-product matching", CVPR 2018, as in its authors'
/// code.
package struct FirstRescored: Sendable {
  /// The first stage's distances, from 0 up, to the gallery images that take part.
  private let distances: [Float]
  /// The places of those that are looked at, nearest first; equal distances in the gallery's order.
  package let first: [Int]

  /// Chooses whom to look at.
  ///
  /// - Parameter count: K; nil looks at all.
  package init(distances: [Float], first count: Int?) {
    self.init(
      distances: distances,
      first: GalleryRanker.smallest(min(count ?? distances.count, distances.count), of: Self.keys(distances))
        .map { Int($0 & 0xffff_ffff) })
  }

  /// Takes those that were looked at.
  package init(distances: [Float], first: [Int]) {
    self.distances = distances
    self.first = first
  }

  /// The distances after the second opinion.
  ///
  ///     behind the first: d + max(b + 1 − d′, 0)        b: the largest new distance, d′: the (K + 1)-th old one
  ///
  /// - Parameter scores: the new distances, in the order of ``first``.
  package func merged(_ scores: [Float]) -> [Float] {
    precondition(scores.count == first.count, "\(scores.count) scores for \(first.count) images")
    var merged = distances
    for (place, score) in zip(first, scores) { merged[place] = score }
    guard let largest = scores.max(), first.count < distances.count else { return merged }
    let looked = Set(first)
    let rest = Self.keys(distances).filter { !looked.contains(Int($0 & 0xffff_ffff)) }.sorted()
      .map { Int($0 & 0xffff_ffff) }
    let gap = max(Double(largest) + 1 - Double(distances[rest[0]]), 0)
    guard gap > 0 else { return merged }
    // Adding may round two distances to the same number; the farther one stays the farther.
    var last: (old: Float, new: Float)?
    for place in rest {
      let old = distances[place]
      var new = Float(Double(old) + gap)
      if let last { new = old == last.old ? last.new : max(new, last.new.nextUp) }
      merged[place] = new
      last = (old, new)
    }
    return merged
  }

  /// The bits of each distance above its place, as ``GalleryRanker`` orders them.
  private static func keys(_ distances: [Float]) -> [UInt64] {
    distances.enumerated().map { UInt64(($1 + 0).bitPattern) << 32 | UInt64($0) }
  }
}
