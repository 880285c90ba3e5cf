import Tensors

/// Weight vectors made orthogonal without moving any two outputs apart: `W ← U·S` of `Wᵀ = U·S·Vᵀ`, in double precision.
///
/// The layer's output turns from `Wx` into `VᵀWx`, so all distances between outputs stay as they are. Source: Sun,
/// Zheng, Deng and Wang, "SVDNet for Pedestrian Retrieval", ICCV 2017; the order is that of the authors' code.
package struct Decorrelation {
  /// Which column of `U·S` takes which weight vector's place.
  package enum Order: String, Sendable, CaseIterable {
    /// Each weight vector in turn gets, of the columns left, the one at the smallest angle to it (either way), turned
    /// to its side. A tie goes to the larger singular value; a zero vector has the cosine 0 with all.
    case matched
    /// By falling singular values, each turned so that its entry of largest magnitude is positive.
    case singular
  }

  /// The new weight vectors, `[D, Z]`, row by row.
  package let weights: [Float]
  /// By falling size.
  package let singularValues: [Double]
  /// Which column each weight vector got, by its singular value's place.
  package let order: [Int]

  /// Decorrelates weight vectors. Numbers that are not finite give numbers that are not.
  ///
  /// - Parameter weights: `[D, Z]`, a weight vector a row.
  package init(_ weights: Tensor, order: Order, on engine: Engine) {
    let (count, width) = (weights.shape[0], weights.shape[1])
    let old = weights.array.map(Double.init)
    let columns = OrthogonalRows(old, rows: count, columns: width, on: engine)
    singularValues = columns.lengths
    var rows = columns.rows
    switch order {
    case .singular:
      self.order = Array(0..<count)
      for j in rows.indices {
        let peak = rows[j].indices.reduce(0) { abs(rows[j][$1]) > abs(rows[j][$0]) ? $1 : $0 }
        if width > 0, rows[j][peak] < 0 { rows[j] = rows[j].map { -$0 } }
      }
    case .matched:
      let cosines = Self.cosines(old, columns, width: width, on: engine)
      var left = Array(0..<count)
      var given: [Int] = []
      for i in 0..<count {
        // Ascending, so that the first of equals has the larger singular value.
        let best = left.indices.reduce(0) { abs(cosines[i][left[$1]]) > abs(cosines[i][left[$0]]) ? $1 : $0 }
        given.append(left.remove(at: best))
      }
      self.order = given
      rows = given.enumerated().map { i, j in
        cosines[i][j] < 0 ? columns.rows[j].map { -$0 } : columns.rows[j]
      }
    }
    self.weights = rows.flatMap { $0.map(Float.init) }
  }

  /// The cosine of each old row and each new one; 0 where either is zero.
  private static func cosines(
    _ old: [Double], _ columns: OrthogonalRows, width: Int, on engine: Engine
  ) -> [[Double]] {
    let products = RowProducts(old, columns.rows.flatMap { $0 }, width: width, on: engine)
    let lengths = (0..<columns.rows.count).map { i in
      old[i * width..<(i + 1) * width].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return products.rows.enumerated().map { i, row in
      zip(row, columns.lengths).map { product, length in
        let scale = lengths[i] * length
        return scale == 0 ? 0 : product / scale
      }
    }
  }

  /// How little weight vectors are correlated: `S(W) = Σ g_ii / Σ |g_ij|`, G the Gram matrix of the rows. 1 where
  /// they are orthogonal, 1/D where all are the same, 1 where all are zero.
  ///
  /// - Parameter weights: `[D, Z]`, a weight vector a row.
  package static func correlation(of weights: Tensor, on engine: Engine) -> Double {
    let rows = weights.array.map(Double.init)
    let gram = RowProducts(rows, rows, width: weights.shape[1], on: engine).rows
    let total = gram.reduce(0) { $0 + $1.reduce(0) { $0 + abs($1) } }
    let diagonal = gram.indices.reduce(0) { $0 + gram[$1][$1] }
    return total == 0 ? 1 : diagonal / total
  }
}

/// The products of all rows of one matrix with all rows of another.
private struct RowProducts {
  let rows: [[Double]]

  init(_ left: [Double], _ right: [Double], width: Int, on engine: Engine) {
    let (a, b) = (Self.padded(left, width: width), Self.padded(right, width: width))
    let stride = (width + 7) / 8 * 8
    let (m, n) = width == 0 ? (0, 0) : (left.count / width, right.count / width)
    var products = [Double](repeating: 0, count: m * n)
    products.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let products = buffer
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          // Eight rows at a time share each row of the other matrix while it is in the cache.
          engine.parallel(over: m, grain: 8) { range, _ in
            for j in 0..<n {
              for i in range { products[i * n + j] = DoubleRows.dot(a + i * stride, b + j * stride, stride) }
            }
          }
        }
      }
    }
    rows = (0..<m).map { Array(products[$0 * n..<($0 + 1) * n]) }
  }

  /// The rows, each filled up with zeros to a multiple of eight numbers.
  private static func padded(_ values: [Double], width: Int) -> [Double] {
    let stride = (width + 7) / 8 * 8
    guard width > 0, stride > width else { return values }
    var padded: [Double] = []
    for start in Swift.stride(from: 0, to: values.count, by: width) {
      padded += values[start..<start + width]
      padded += [Double](repeating: 0, count: stride - width)
    }
    return padded
  }
}
