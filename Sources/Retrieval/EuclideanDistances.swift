import COpenBLAS
import Foundation
import Support

/// Euclidean distances of queries to a gallery.
///
/// `d² = |q|² + |g|² − 2·q·g`: the products by OpenBLAS in single precision, the squared lengths and the sum in double
/// precision. What rounding makes negative is 0.
package struct EuclideanDistances: Sendable {
  private let query: Descriptors
  private let gallery: any DescriptorRows
  private let queryNorms: [Double]
  private let galleryNorms: [Double]

  /// Prepares for a query set and a gallery, which is read once where it lies in a file.
  ///
  /// - Throws: ``PlainError`` where their descriptors differ in length, or a file cannot be read or has unusable numbers.
  package init(query: Descriptors, gallery: any DescriptorRows) throws(PlainError) {
    guard query.dimension == gallery.dimension else {
      throw PlainError(
        "query descriptors have \(query.dimension) numbers but gallery descriptors \(gallery.dimension)")
    }
    guard gallery.count <= Int32.max, query.count <= Int32.max, gallery.dimension <= Int32.max else {
      throw PlainError("more than \(Int32.max) descriptors or numbers in one are not supported")
    }
    // Products run on threads of their own; OpenBLAS's threads would only wait for one another.
    openblas_set_num_threads(1)
    self.query = query
    self.gallery = gallery
    queryNorms = query.squaredNorms
    galleryNorms = try gallery.squaredNorms
  }

  /// The distances of the queries `rows` to every gallery image, `rows.count × gallery.count`, by one product.
  package func rows(_ rows: Range<Int>) throws(PlainError) -> [Float] {
    let columns = gallery.count
    guard !rows.isEmpty, columns > 0 else { return [] }
    var distances = [Float](repeating: 0, count: rows.count * columns)
    try distances.withUnsafeMutableBufferPointer { distances throws(PlainError) in
      let place = distances.baseAddress
      try gallery.forEach([0..<columns]) { images, numbers in
        if let place { compute(rows, images, numbers, into: place) }
      }
    }
    return distances
  }

  /// Hands over each query's distances to the whole gallery, several at once and in no order.
  ///
  /// A small gallery is multiplied with as a whole, by a thread for each block of queries. A large one goes by block for
  /// block, once for as many queries as there is memory for the distances of.
  ///
  /// - Parameter cut: how the products are cut; by default as the counts say.
  /// - Returns: what `body` gives for each query, in the queries' order.
  /// - Throws: ``PlainError`` where the gallery's file cannot be read.
  package func forEachQuery<Result: Sendable>(
    cut: DistanceBlocks, _ body: @Sendable (_ query: Int, _ distances: UnsafeBufferPointer<Float>) -> Result
  ) throws(PlainError) -> [Result] {
    let results = Placed<Result>(count: query.count)
    let columns = gallery.count
    @Sendable func handOver(_ queries: Range<Int>, _ place: Int, of distances: UnsafePointer<Float>) {
      let row = queries.lowerBound + place
      results[row] = body(row, UnsafeBufferPointer(start: distances + place * columns, count: columns))
    }
    if cut.gallery.count == 1 {
      let faults = Placed<PlainError>(count: cut.queries.count)
      DispatchQueue.concurrentPerform(iterations: cut.queries.count) { number in
        let queries = cut.queries[number]
        do throws(PlainError) {
          let block = try rows(queries)
          block.withUnsafeBufferPointer { block in
            guard let start = block.baseAddress else { return }
            for place in 0..<queries.count { handOver(queries, place, of: start) }
          }
        } catch {
          faults[number] = error
        }
      }
      if let first = faults.values.first { throw first }
      return results.values
    }
    let height = cut.queries.map(\.count).max() ?? 0
    nonisolated(unsafe) let memory = UnsafeMutablePointer<Float>.allocate(capacity: height * columns)
    defer { memory.deallocate() }
    for queries in cut.queries {
      // Each block of the gallery has columns of its own, and each query a row.
      try gallery.forEachAtOnce(cut.gallery) { images, numbers in compute(queries, images, numbers, into: memory) }
      DispatchQueue.concurrentPerform(iterations: queries.count) { handOver(queries, $0, of: memory) }
    }
    return results.values
  }

  /// Computes the distances of some queries to some of the gallery.
  ///
  /// - Parameters:
  ///   - numbers: the descriptors of the gallery images `images`.
  ///   - distances: `rows.count × gallery.count`, of which the columns `images` are written.
  private func compute(
    _ rows: Range<Int>, _ images: Range<Int>, _ numbers: UnsafeBufferPointer<Float>,
    into distances: UnsafeMutablePointer<Float>
  ) {
    let (dimension, stride) = (query.dimension, gallery.count)
    let target = distances + images.lowerBound
    query.values.withUnsafeBufferPointer { query in
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(images.count), Int32(dimension), 1,
        query.baseAddress.map { $0 + rows.lowerBound * dimension }, Int32(dimension), numbers.baseAddress,
        Int32(dimension), 0, target, Int32(stride))
    }
    galleryNorms.withUnsafeBufferPointer { norms in
      let norms = UnsafeBufferPointer(rebasing: norms[images])
      for (place, row) in rows.enumerated() {
        let norm = queryNorms[row]
        let values = UnsafeMutableBufferPointer(start: target + place * stride, count: images.count)
        for j in 0..<images.count {
          let squared = max(0, norm + norms[j] - 2 * Double(values[j]))
          values[j] = Float(squared.squareRoot())
        }
      }
    }
  }
}
