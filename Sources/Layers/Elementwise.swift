import Tensors

/// Loops over all numbers of a tensor.
enum Elementwise {
  private static let grain = 1 << 14

  /// `target += tensor`.
  static func add(_ tensor: Tensor, to target: Tensor, on engine: Engine) {
    switch target.element {
    case .single: write(tensor.pointer, to: target.pointer, adding: target.pointer, target.count, on: engine)
    case .bfloat16:
      let y = target.numbers(BFloat16.self)
      write(tensor.numbers(BFloat16.self), to: y, adding: y, target.count, on: engine)
    }
  }

  /// `target = tensor`, or `target += tensor` where `accumulate` is set, where the one is in bfloat16 and the other is not.
  static func convert(_ tensor: Tensor, into target: Tensor, accumulate: Bool = false, on engine: Engine) {
    switch target.element {
    case .single:
      let y = target.pointer
      write(tensor.numbers(BFloat16.self), to: y, adding: accumulate ? y : nil, target.count, on: engine)
    case .bfloat16:
      let y = target.numbers(BFloat16.self)
      write(tensor.pointer, to: y, adding: accumulate ? y : nil, target.count, on: engine)
    }
  }

  /// A tensor in single precision with its numbers rounded to bfloat16.
  static func rounded(_ tensor: Tensor, on engine: Engine) -> Tensor {
    let result = engine.empty(tensor.shape)
    let (x, y) = (tensor.pointer, result.pointer)
    engine.parallel(over: tensor.count, grain: grain) { range, _ in
      var i = range.lowerBound
      while i + 16 <= range.upperBound {
        y.store(x.vector(i).roundedToBFloat16, i)
        i += 16
      }
      while i < range.upperBound {
        y[i] = BFloat16(rounding: x[i]).single
        i += 1
      }
    }
    return result
  }

  /// `y = x`, or `y = x + z` where there is a z, rounded to what y is stored as.
  private static func write<Source: StoredNumber, Target: StoredNumber>(
    _ x: UnsafeMutablePointer<Source>, to y: UnsafeMutablePointer<Target>, adding z: UnsafeMutablePointer<Target>?,
    _ count: Int, on engine: Engine
  ) {
    engine.parallel(over: count, grain: grain) { range, _ in
      var i = range.lowerBound
      while i + 16 <= range.upperBound {
        y.store(z.map { $0.vector(i) + x.vector(i) } ?? x.vector(i), i)
        i += 16
      }
      while i < range.upperBound {
        y[i] = Target(rounding: z.map { $0[i].single + x[i].single } ?? x[i].single)
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
