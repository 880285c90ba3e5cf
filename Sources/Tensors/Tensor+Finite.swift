extension Tensor {
  /// Whether no number is infinite or none at all (NaN). One pass over the memory.
  package var isFinite: Bool {
    // Zero times an infinite number or NaN is NaN, and NaN stays in a sum.
    let zero = Vector(repeating: 0)
    var sum = zero
    var i = 0
    while i &+ 16 <= count {
      sum = fused(pointer.vector(i), zero, plus: sum)
      i &+= 16
    }
    while i < count {
      sum[0] = fused(pointer[i], 0, plus: sum[0])
      i &+= 1
    }
    return sum == zero
  }
}
