import Tensors

extension Tape {
  /// The softmax of each row: `y[n, c] = exp x[n, c] / Σ_j exp x[n, j]`.
  ///
  ///     dx[n, c] = y[n, c] · (dy[n, c] − Σ_j y[n, j] · dy[n, j])
  ///
  /// - Parameter input: `[…, C]`; each stretch of C numbers is a row.
  /// - Returns: of the same shape.
  package func softmax(_ input: Value) -> Value {
    let width = input.shape[input.shape.count - 1]
    let rows = input.tensor.count / max(1, width)
    let output = result(engine.empty(input.shape))
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    engine.parallel(over: rows, grain: SoftmaxRow.grain(width: width)) { range, _ in
      for row in range {
        (y + row * width).update(from: x + row * width, count: width)
        SoftmaxRow.normalise(y + row * width, count: width, times: 1)
      }
    }
    guard let slot = input.slot else { return output }
    let result = output.tensor
    record(output) { [engine] dOutput in
      engine.parallel(over: rows, grain: SoftmaxRow.grain(width: width)) { range, _ in
        for row in range {
          SoftmaxRow.differentiate(
            dOutput.pointer + row * width, result.pointer + row * width, count: width, times: 1)
        }
      }
      slot.give(dOutput, on: engine)
    }
    return output
  }
}

/// One row of a softmax, in place.
enum SoftmaxRow {
  /// How many rows a worker takes at once.
  static func grain(width: Int) -> Int { max(1, (1 << 12) / max(1, width)) }

  /// `row ← softmax(factor · row)`, for a factor above 0.
  static func normalise(_ row: UnsafeMutablePointer<Float>, count: Int, times factor: Float) {
    let largest = Rows.largest(row, count: count)
    let (factors, largests) = (Vector(repeating: factor), Vector(repeating: largest))
    var sums = Vector.zero
    var i = 0
    while i &+ 16 <= count {
      let e = exponential((row.vector(i) - largests) * factors)
      row.store(e, i)
      sums += e
      i &+= 16
    }
    if i < count {
      // What lies behind the row counts as e^−∞.
      var rest = Vector(repeating: -.infinity)
      for lane in 0..<count &- i { rest[lane] = row[i &+ lane] }
      let e = exponential((rest - largests) * factors)
      for lane in 0..<count &- i { row[i &+ lane] = e[lane] }
      sums += e
    }
    var sum = 0.0
    for lane in 0..<16 { sum += Double(sums[lane]) }
    Rows.scale(row, by: Float(1 / sum), count: count)
  }

  /// `dy ← factor · y · (dy − Σ y · dy)`: the gradient by what ``normalise(_:count:times:)`` was given.
  static func differentiate(
    _ dy: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int, times factor: Float
  ) {
    let product = Float(Rows.dot(dy, y, count: count))
    let (products, factors) = (Vector(repeating: product), Vector(repeating: factor))
    var i = 0
    while i &+ 16 <= count {
      dy.store((dy.vector(i) - products) * y.vector(i) * factors, i)
      i &+= 16
    }
    while i < count {
      dy[i] = (dy[i] - product) * y[i] * factor
      i &+= 1
    }
  }
}

extension Rows {
  /// The largest number of a row; a NaN never is.
  static func largest(_ row: UnsafePointer<Float>, count: Int) -> Float {
    var best = Vector(repeating: -.infinity)
    var i = 0
    while i &+ 16 <= count {
      let v = row.vector(i)
      best.replace(with: v, where: v .> best)
      i &+= 16
    }
    var largest = -Float.infinity
    for lane in 0..<16 where best[lane] > largest { largest = best[lane] }
    while i < count {
      if row[i] > largest { largest = row[i] }
      i &+= 1
    }
    return largest
  }
}

/// eˣ of sixteen numbers, within two units in the last place; 0 below −87.3, where single precision ends.
///
/// x = n·ln 2 + r with |r| ≤ ½ ln 2, and eʳ by the polynomial of degree 7 of Cephes' `expf`. NaN stays NaN.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let least: Float = -87.3
  let clamped = x.replacing(with: least, where: x .< least).replacing(with: 88, where: x .> 88)
  // Adding 1.5·2²³ rounds to a whole number, which then stands in the low bits.
  let shift = Vector(repeating: 12_582_912)
  let shifted = fused(clamped, Vector(repeating: 1.442_695_04), plus: shift)
  let n = shifted - shift
  let r = fused(
    n, Vector(repeating: 2.121_944_40e-4), plus: fused(n, Vector(repeating: -0.693_359_375), plus: clamped))
  var p = Vector(repeating: 1.987_569_15e-4)
  p = fused(p, r, plus: Vector(repeating: 1.398_199_95e-3))
  p = fused(p, r, plus: Vector(repeating: 8.333_451_91e-3))
  p = fused(p, r, plus: Vector(repeating: 4.166_579_59e-2))
  p = fused(p, r, plus: Vector(repeating: 0.166_666_655))
  p = fused(p, r, plus: Vector(repeating: 0.5))
  let e = fused(p, r * r, plus: r) + Vector(repeating: 1)
  let whole = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- SIMD16<Int32>(repeating: 0x4b40_0000)
  let power = unsafeBitCast((whole &+ SIMD16(repeating: 127)) &<< SIMD16(repeating: 23), to: Vector.self)
  return (e * power).replacing(with: 0, where: x .< least)
}
