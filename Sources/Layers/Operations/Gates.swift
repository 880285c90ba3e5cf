import Tensors

extension Tape {
  /// The logistic function of each number: `y = 1 / (1 + exp(−x))`, `dx = dy · y · (1 − y)`.
  package func sigmoid(_ input: Value) -> Value {
    let count = input.tensor.count
    let output = result(engine.empty(input.shape))
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    let one = Vector(repeating: 1)
    engine.parallel(over: count, grain: 1 << 12) { range, _ in
      var i = range.lowerBound
      while i < range.upperBound {
        if i &+ 16 <= range.upperBound {
          y.store(one / (one + exponential(-x.vector(i))), i)
          i &+= 16
        } else {
          y[i] = (one / (one + exponential(Vector(repeating: -x[i]))))[0]
          i &+= 1
        }
      }
    }
    guard let slot = input.slot else { return output }
    let result = output.tensor
    record(output) { [engine] dOutput in
      let (dy, y) = (dOutput.pointer, result.pointer)
      engine.parallel(over: count, grain: 1 << 14) { range, _ in
        var i = range.lowerBound
        while i &+ 16 <= range.upperBound {
          dy.store(dy.vector(i) * y.vector(i) * (one - y.vector(i)), i)
          i &+= 16
        }
        while i < range.upperBound {
          dy[i] = dy[i] * y[i] * (1 - y[i])
          i &+= 1
        }
      }
      slot.give(dOutput, on: engine)
    }
    return output
  }

  /// `y = max(x, 0)` of each number, `dx = dy` where y is above 0.
  package func rectified(_ input: Value) -> Value {
    let output = result(engine.empty(input.shape))
    let count = input.tensor.count
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    engine.parallel(over: count, grain: 1 << 14) { range, _ in
      var i = range.lowerBound
      while i &+ 16 <= range.upperBound {
        y.store(x.vector(i).rectified, i)
        i &+= 16
      }
      while i < range.upperBound {
        // As a vector does: a NaN stays one.
        y[i] = x[i] <= 0 ? 0 : x[i]
        i &+= 1
      }
    }
    guard let slot = input.slot else { return output }
    let result = output.tensor
    record(output) { [engine] dOutput in
      let (dy, y) = (dOutput.pointer, result.pointer)
      engine.parallel(over: count, grain: 1 << 14) { range, _ in
        for i in range where y[i] <= 0 { dy[i] = 0 }
      }
      slot.give(dOutput, on: engine)
    }
    return output
  }

  /// `y = gate ⊙ x`, number by number: what a gate lets through of its input.
  ///
  /// - Parameters:
  ///   - gate: of any shape.
  ///   - input: of the same shape.
  package func product(_ gate: Value, _ input: Value) -> Value {
    precondition(gate.shape == input.shape, "the product of \(gate.shape) and \(input.shape)")
    let output = result(engine.empty(input.shape))
    Self.multiply(gate.tensor, input.tensor, into: output.tensor, accumulate: false, on: engine)
    let (g, x) = (gate.tensor, input.tensor)
    let (gateSlot, inputSlot) = (gate.slot, input.slot)
    record(output) { [engine] dOutput in
      gateSlot?.accumulate(shape: g.shape, on: engine) {
        Self.multiply(dOutput, x, into: $0, accumulate: $1, on: engine)
      }
      inputSlot?.accumulate(shape: x.shape, on: engine) {
        Self.multiply(dOutput, g, into: $0, accumulate: $1, on: engine)
      }
    }
    return output
  }

  private static func multiply(_ a: Tensor, _ b: Tensor, into target: Tensor, accumulate: Bool, on engine: Engine) {
    let (a, b, y) = (a.pointer, b.pointer, target.pointer)
    engine.parallel(over: target.count, grain: 1 << 14) { range, _ in
      var i = range.lowerBound
      while i &+ 16 <= range.upperBound {
        y.store(fused(a.vector(i), b.vector(i), plus: accumulate ? y.vector(i) : .zero), i)
        i &+= 16
      }
      while i < range.upperBound {
        y[i] = fused(a[i], b[i], plus: accumulate ? y[i] : 0)
        i &+= 1
      }
    }
  }
}
