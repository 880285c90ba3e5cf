import Tensors

extension Tape {
  /// Scales each row to length 1: `y = v / |v|`.
  ///
  ///     dv = (dy − y · ⟨y, dy⟩) / |v|
  ///
  /// A row that is no longer than `least` becomes zero and passes no gradient.
  ///
  /// - Parameter input: `[…, C]`; each stretch of C numbers is a row.
  /// - Returns: of the same shape.
  package func unitLength(_ input: Value, least: Double = 1e-12) -> Value {
    let width = input.shape[input.shape.count - 1]
    let rows = input.tensor.count / max(1, width)
    let grain = max(1, (1 << 13) / max(1, width))
    let output = result(engine.empty(input.shape))
    // 1/|v| of each row, 0 for a short one.
    let inverses = engine.empty([max(1, rows)])
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    engine.parallel(over: rows, grain: grain) { range, _ in
      for row in range {
        let (v, target) = (x + row * width, y + row * width)
        let square = Rows.dot(v, v, count: width)
        // Not `>`: a row with a NaN must not turn into an innocent zero.
        let isShort = square <= least * least
        let inverse = isShort ? 0 : Float(1 / square.squareRoot())
        inverses.pointer[row] = inverse
        if isShort {
          target.update(repeating: 0, count: width)
        } else {
          target.update(from: v, count: width)
          Rows.scale(target, by: inverse, count: width)
        }
      }
    }
    guard let slot = input.slot else { return output }
    let unit = output.tensor
    record(output) { [engine] dOutput in
      engine.parallel(over: rows, grain: grain) { range, _ in
        for row in range {
          let (dy, u) = (dOutput.pointer + row * width, unit.pointer + row * width)
          Rows.add(u, times: -Float(Rows.dot(u, dy, count: width)), to: dy, count: width)
          Rows.scale(dy, by: inverses.pointer[row], count: width)
        }
      }
      slot.give(dOutput, on: engine)
    }
    return output
  }
}

extension Rows {
  /// `Σ a · b`, in single precision over 128 vectors at a time and in double beyond; all in double where single
  /// precision overflows.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    var i = 0
    while i &+ 16 <= count {
      let end = min(i &+ 2048, count)
      var sums = Vector.zero
      while i &+ 16 <= end {
        sums = fused(a.vector(i), b.vector(i), plus: sums)
        i &+= 16
      }
      for lane in 0..<16 { total += Double(sums[lane]) }
    }
    while i < count {
      total += Double(a[i]) * Double(b[i])
      i &+= 1
    }
    if total.isFinite { return total }
    return (0..<count).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
  }
}
