import Tensors

/// How the distances of queries to a gallery are cut into matrix products.
///
/// The counts alone decide it, neither where the gallery lies nor how many threads there are: a product's last bits may
/// depend on its size.
package struct DistanceBlocks: Sendable {
  /// How much is looked at at once, in numbers.
  package struct Limits: Sendable {
    /// A gallery of no more is multiplied with as a whole.
    package var wholeGallery: Int
    /// Of a larger one, a block's descriptors.
    package var block: Int
    /// The distances of one product with a whole gallery.
    package var product: Int
    /// The distances to a gallery in blocks that are in memory at once.
    package var distances: Int

    package init(wholeGallery: Int, block: Int, product: Int, distances: Int) {
      (self.wholeGallery, self.block, self.product, self.distances) = (wholeGallery, block, product, distances)
    }

    /// 256 MiB, which holds Market-1501's gallery by descriptors of 3,072 numbers; 16 MiB; 16 MiB; 1 GiB.
    package static let standard = Limits(wholeGallery: 1 << 26, block: 1 << 22, product: 1 << 22, distances: 1 << 28)
  }

  /// The queries of one product.
  var queries: [Range<Int>]
  /// The gallery images of one product.
  let gallery: [Range<Int>]

  init(queries: Int, gallery: Int, dimension: Int, limits: Limits = .standard) {
    let isWhole = gallery <= limits.wholeGallery / dimension
    let height =
      isWhole ? min(256, limits.product / max(1, gallery)) : min(512, limits.distances / max(1, gallery))
    self.queries = stride(from: 0, to: queries, by: max(1, height)).map { $0..<min($0 + max(1, height), queries) }
    self.gallery = isWhole ? [0..<gallery] : Self.rows(gallery, dimension: dimension, atMost: limits.block)
  }

  /// Near-equal blocks of rows of at most so many numbers, or of one row each.
  static func rows(_ count: Int, dimension: Int, atMost numbers: Int) -> [Range<Int>] {
    let height = max(1, numbers / dimension)
    let split = Split(count: count, chunks: max(1, (count + height - 1) / height))
    return (0..<split.chunks).map { split[$0] }
  }
}
