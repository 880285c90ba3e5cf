import Tensors

/// A matrix's rows turned until they are orthogonal: `VᵀW` of the singular value decomposition `Wᵀ = U·S·Vᵀ`, whose rows
/// are the columns of `U·S`.
///
/// One-sided Jacobi in double precision (Hestenes 1958; de Rijk 1989): every two rows are turned in their plane until
/// they are orthogonal, over and over. What is wanted here, `U·S`, is what the method leaves, small singular values come
/// out as exact as large ones, rows that are orthogonal already are left as they are, and no LAPACK is needed.
///
/// Rows come in blocks, of which two stay in a core's own cache while all their rows meet. In a round all pairs of
/// blocks are disjoint, so the workers share them out and every number of threads gives the same bits.
struct OrthogonalRows {
  /// The rows by falling length, row by row; those that rounding alone keeps from being zero are zero.
  let rows: [[Double]]
  /// Their lengths: the singular values.
  let lengths: [Double]

  /// The most sweeps over all pairs. Random matrices need about ten.
  private static let mostSweeps = 60
  /// The rows of a block.
  private static let block = 16

  /// Turns the rows of `[D, Z]`.
  init(_ matrix: [Double], rows count: Int, columns width: Int, on engine: Engine) {
    // Rows begin at multiples of eight numbers and are filled up with zeros, which no turn changes.
    let stride = (width + 7) / 8 * 8
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(1, count * stride))
    defer { memory.deallocate() }
    memory.initialize(repeating: 0, count: max(1, count * stride))
    for row in 0..<count {
      for i in 0..<width { memory[row * stride + i] = matrix[row * width + i] }
    }
    let largest = (0..<count).map { DoubleRows.dot(memory + $0 * stride, memory + $0 * stride, stride) }.max() ?? 0
    // What is shorter than rounding leaves of the longest row is as good as zero.
    let least = largest * Double(max(count, width)) * .ulpOfOne * .ulpOfOne
    let blocks = (count + Self.block - 1) / Self.block
    let players = blocks + blocks % 2
    var order = Array(0..<players)
    for _ in 0..<Self.mostSweeps where count > 1 {
      var turned = [Bool](repeating: false, count: players / 2)
      for round in 1..<players {
        turned.withUnsafeMutableBufferPointer { buffer in
          nonisolated(unsafe) let turned = buffer
          let blocks = order.map { min($0 * Self.block, count)..<min(($0 + 1) * Self.block, count) }
          engine.parallel(players / 2) { pair, _ in
            let (a, b) = (blocks[pair], blocks[players - 1 - pair])
            let (upper, lower) = a.lowerBound < b.lowerBound ? (a, b) : (b, a)
            func meet(_ i: Int, _ j: Int) {
              if Self.turn(memory + i * stride, memory + j * stride, stride, least: least) { turned[pair] = true }
            }
            // In the first round each block is in one pair: its rows meet among themselves.
            if round == 1 {
              for block in [upper, lower] {
                for i in block { for j in i + 1..<max(i + 1, block.upperBound) { meet(i, j) } }
              }
            }
            for i in upper { for j in lower { meet(i, j) } }
          }
        }
        // All but the first move on by one place: after `players − 1` rounds each has met each.
        order.insert(order.removeLast(), at: 1)
      }
      if !turned.contains(true) { break }
    }
    let squares = (0..<count).map { DoubleRows.dot(memory + $0 * stride, memory + $0 * stride, stride) }
    let sorted = (0..<count).sorted { squares[$0] > squares[$1] || (squares[$0] == squares[$1] && $0 < $1) }
    let noise = (squares.max() ?? 0).squareRoot() * Double(max(count, width)) * .ulpOfOne
    lengths = sorted.map { squares[$0].squareRoot() > noise ? squares[$0].squareRoot() : 0 }
    rows = zip(sorted, lengths).map { row, length in
      length > 0
        ? Array(UnsafeBufferPointer(start: memory + row * stride, count: width)) : [Double](repeating: 0, count: width)
    }
  }

  /// Turns two rows in their plane, by the smaller of the two angles that make them orthogonal.
  ///
  /// - Returns: whether they were not orthogonal before, to within what rounding makes of a sum of so many terms.
  private static func turn(
    _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int, least: Double
  ) -> Bool {
    let (a, b, c) = DoubleRows.products(x, y, count)
    let tolerance = .ulpOfOne * max(8, Double(count).squareRoot())
    guard a > least, b > least, abs(c) > tolerance * (a * b).squareRoot() else { return false }
    let zeta = (b - a) / (2 * c)
    let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    DoubleRows.rotate(x, y, count, cosine: cosine, sine: cosine * tangent)
    return true
  }
}

/// Loops over rows of double-precision numbers whose count is a multiple of eight.
enum DoubleRows {
  /// `Σ x · y`
  static func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
    var (s, t) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    var i = 0
    while i &+ 16 <= count {
      s.addProduct(vector(x, i), vector(y, i))
      t.addProduct(vector(x, i &+ 8), vector(y, i &+ 8))
      i &+= 16
    }
    if i < count { s.addProduct(vector(x, i), vector(y, i)) }
    return (s + t).sum()
  }

  /// `Σ x²`, `Σ y²`, `Σ x · y`
  static func products(
    _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int
  ) -> (Double, Double, Double) {
    var (a, b, c) = (SIMD8<Double>.zero, SIMD8<Double>.zero, SIMD8<Double>.zero)
    var i = 0
    while i < count {
      let (u, v) = (vector(x, i), vector(y, i))
      a.addProduct(u, u)
      b.addProduct(v, v)
      c.addProduct(u, v)
      i &+= 8
    }
    return (a.sum(), b.sum(), c.sum())
  }

  /// `(x, y) ← (cosine · x − sine · y, sine · x + cosine · y)`
  static func rotate(
    _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int, cosine: Double, sine: Double
  ) {
    var i = 0
    while i < count {
      let (u, v) = (vector(x, i), vector(y, i))
      store(cosine * u - sine * v, x, i)
      store(sine * u + cosine * v, y, i)
      i &+= 8
    }
  }

  @inline(__always)
  private static func vector(_ x: UnsafePointer<Double>, _ offset: Int) -> SIMD8<Double> {
    UnsafeRawPointer(x + offset).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  private static func store(_ vector: SIMD8<Double>, _ x: UnsafeMutablePointer<Double>, _ offset: Int) {
    UnsafeMutableRawPointer(x + offset).storeBytes(of: vector, as: SIMD8<Double>.self)
  }
}
