import Tensors

/// Loops over all numbers of a tensor.
enum Elementwise {
  private static let grain = 1 << 14

  /// `target += tensor`.
  static func add(_ tensor: Tensor, to target: Tensor, on engine: Engine) {
    let x = tensor.pointer
    let y = target.pointer
    engine.parallel(over: tensor.count, grain: grain) { range, _ in
      var i = range.lowerBound
      while i + 16 <= range.upperBound {
        y.store(y.vector(i) + x.vector(i), i)
        i += 16
      }
      while i < range.upperBound {
        y[i] += x[i]
        i += 1
      }
    }
  }

  /// `target = Σ parts`, or `target += Σ parts`, the parts in the order given.
  static func sum(_ parts: [UnsafePointer<Float>], into target: Tensor, accumulate: Bool, on engine: Engine) {
    let y = target.pointer
    engine.parallel(over: target.count, grain: grain) { range, _ in
      var i = range.lowerBound
      while i + 16 <= range.upperBound {
        var total = accumulate ? y.vector(i) : Vector.zero
        for part in parts { total += part.vector(i) }
        y.store(total, i)
        i += 16
      }
      while i < range.upperBound {
        var total = accumulate ? y[i] : 0
        for part in parts { total += part[i] }
        y[i] = total
        i += 1
      }
    }
  }
}
