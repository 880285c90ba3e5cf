import COpenBLAS
import Support

/// Euclidean distances of queries to a gallery, a block of queries at a time.
///
/// `d² = |q|² + |g|² − 2·q·g`: the products by OpenBLAS in single precision, the squared lengths and the sum in double
/// precision. What rounding makes negative is 0.
package struct EuclideanDistances: Sendable {
  private let query: Descriptors
  private let gallery: Descriptors
  private let queryNorms: [Double]
  private let galleryNorms: [Double]

  /// Prepares for a query set and a gallery.
  ///
  /// - Throws: ``PlainError`` where their descriptors differ in length.
  package init(query: Descriptors, gallery: Descriptors) throws(PlainError) {
    guard query.dimension == gallery.dimension else {
      throw PlainError(
        "query descriptors have \(query.dimension) numbers but gallery descriptors \(gallery.dimension)")
    }
    guard gallery.count <= Int32.max, query.count <= Int32.max, gallery.dimension <= Int32.max else {
      throw PlainError("more than \(Int32.max) descriptors or numbers in one are not supported")
    }
    // Blocks of queries run on threads of their own; OpenBLAS's threads would only wait for one another.
    openblas_set_num_threads(1)
    self.query = query
    self.gallery = gallery
    queryNorms = query.squaredNorms
    galleryNorms = gallery.squaredNorms
  }

  /// The distances of the queries `rows` to every gallery image, `rows.count × gallery.count`.
  package func rows(_ rows: Range<Int>) -> [Float] {
    let columns = gallery.count
    guard !rows.isEmpty, columns > 0 else { return [] }
    return [Float](unsafeUninitializedCapacity: rows.count * columns) { result, count in
      query.values.withUnsafeBufferPointer { q in
        gallery.values.withUnsafeBufferPointer { g in
          let start = q.baseAddress.map { $0 + rows.lowerBound * query.dimension }
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(columns), Int32(query.dimension), 1,
            start, Int32(query.dimension), g.baseAddress, Int32(gallery.dimension), 0, result.baseAddress,
            Int32(columns))
        }
      }
      galleryNorms.withUnsafeBufferPointer { norms in
        for row in 0..<rows.count {
          let norm = queryNorms[rows.lowerBound + row]
          let values = UnsafeMutableBufferPointer(rebasing: result[row * columns..<(row + 1) * columns])
          for j in 0..<columns {
            let squared = max(0, norm + norms[j] - 2 * Double(values[j]))
            values[j] = Float(squared.squareRoot())
          }
        }
      }
      count = rows.count * columns
    }
  }
}
