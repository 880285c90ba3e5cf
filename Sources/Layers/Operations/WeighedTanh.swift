import Tensors

extension Tape {
  /// Each number weighed and moved by one of its own, then squashed: `y = tanh(x ⊙ weight + bias)`.
  ///
  ///     d = dy · (1 − y²)        dx = d ⊙ weight        dweight = Σ_n d ⊙ x        dbias = Σ_n d
  ///
  /// - Parameters:
  ///   - input: `[N, C]`.
  ///   - weight: `[C]`.
  ///   - bias: `[C]`.
  package func weighedTanh(_ input: Value, weight: Parameter, bias: Parameter) -> Value {
    let (rows, width) = (input.shape[0], input.shape[1])
    precondition(
      weight.value.count == width && bias.value.count == width, "\(weight.name) does not take \(width) numbers")
    let output = result(engine.empty(input.shape))
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    let (w, b) = (weight.value.pointer, bias.value.pointer)
    engine.parallel(over: rows, grain: max(1, (1 << 12) / max(1, width))) { range, _ in
      for row in range {
        let (source, target) = (x + row * width, y + row * width)
        var c = 0
        while c < width {
          if c &+ 16 <= width {
            target.store(tanh(fused(source.vector(c), w.vector(c), plus: b.vector(c))), c)
            c &+= 16
          } else {
            target[c] = tanh(Vector(repeating: fused(source[c], w[c], plus: b[c])))[0]
            c &+= 1
          }
        }
      }
    }
    observe(output, of: weight)
    let (source, squashed, slot) = (input.tensor, output.tensor, input.slot)
    record(output, training: weight, bias) { [engine, shard] dOutput in
      let (dy, x, y) = (dOutput.pointer, source.pointer, squashed.pointer)
      for place in 0..<rows * width { dy[place] *= 1 - y[place] * y[place] }
      // Row by row, in order.
      weight.accumulate(of: shard, on: engine) { dWeight, accumulate in
        if !accumulate { dWeight.values.update(repeating: 0) }
        for row in 0..<rows {
          Rows.add(dy + row * width, times: UnsafePointer(x + row * width), to: dWeight.pointer, count: width)
        }
      }
      bias.accumulate(of: shard, on: engine) { dBias, accumulate in
        if !accumulate { dBias.values.update(repeating: 0) }
        for row in 0..<rows { Rows.add(dy + row * width, to: dBias.pointer, count: width) }
      }
      slot?.accumulate(shape: [rows, width], on: engine) { dInput, accumulate in
        if !accumulate { dInput.values.update(repeating: 0) }
        for row in 0..<rows {
          Rows.add(
            dy + row * width, times: UnsafePointer(weight.value.pointer), to: dInput.pointer + row * width,
            count: width)
        }
      }
    }
    return output
  }
}

/// The hyperbolic tangent of sixteen numbers, within 1.2e-7. NaN stays NaN.
@inline(__always)
private func tanh(_ x: Vector) -> Vector {
  let isNegative = x .< 0
  let magnitude = x.replacing(with: -x, where: isNegative)
  let small = exponential(-2 * magnitude)
  let one = Vector(repeating: 1)
  let y = (one - small) / (one + small)
  return y.replacing(with: -y, where: isNegative)
}
