/// `Σ (a − b)²` of two rows of numbers, in double precision.
///
/// Differences come first and are summed in one fixed order, so that equal rows have equal distances to the last bit: who
/// looks for the nearest and breaks ties by place needs that, and `|a|² + |b|² − 2·⟨a, b⟩` does not give it.
package func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
  var sums = SIMD8<Double>.zero
  var i = 0
  while i &+ 8 <= count {
    let difference =
      SIMD8<Double>(UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Float>.self))
      - SIMD8<Double>(UnsafeRawPointer(b + i).loadUnaligned(as: SIMD8<Float>.self))
    sums.addProduct(difference, difference)
    i &+= 8
  }
  var total = sums.sum()
  while i < count {
    let difference = Double(a[i]) - Double(b[i])
    total += difference * difference
    i &+= 1
  }
  return total
}
