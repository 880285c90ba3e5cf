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

/// Loops over one row of channels.
enum Rows {
  /// `target += row`.
  @inline(__always)
  static func add(_ row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var i = 0
    while i &+ 16 <= count {
      target.store(target.vector(i) + row.vector(i), i)
      i &+= 16
    }
    while i < count {
      target[i] += row[i]
      i &+= 1
    }
  }

  /// `target += factor · row`.
  static func add(
    _ row: UnsafePointer<Float>, times factor: Float, to target: UnsafeMutablePointer<Float>, count: Int
  ) {
    let factors = Vector(repeating: factor)
    var i = 0
    while i &+ 16 <= count {
      target.store(fused(row.vector(i), factors, plus: target.vector(i)), i)
      i &+= 16
    }
    while i < count {
      target[i] = fused(row[i], factor, plus: target[i])
      i &+= 1
    }
  }

  /// `target *= factor`.
  static func scale(_ target: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    for i in 0..<count { target[i] *= factor }
  }
}
