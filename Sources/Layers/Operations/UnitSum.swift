import Tensors

extension Tape {
  /// Scales each row so that the magnitudes of its numbers sum to `sum`: `y = sum · v / Σ|v|`.
  ///
  ///     dv = (sum · dy − sign(v) · ⟨y, dy⟩) / Σ|v|
  ///
  /// A row whose magnitudes sum to no more than 1e-12 becomes zero and passes no gradient.
  ///
  /// - Parameter input: `[N, C]`.
  package func unitSum(_ input: Value, times sum: Double = 1) -> Value {
    let (rows, width) = (input.shape[0], input.shape[1])
    let grain = max(1, (1 << 13) / max(1, width))
    let output = result(engine.empty(input.shape))
    // 1/Σ|v| of each row, 0 for one that becomes zero.
    let inverses = engine.empty([max(1, rows)])
    let (x, y) = (input.tensor.pointer, output.tensor.pointer)
    engine.parallel(over: rows, grain: grain) { range, _ in
      for row in range {
        let total = (0..<width).reduce(0.0) { $0 + Double(abs(x[row * width + $1])) }
        // Not `>`: a row with a NaN must not turn into an innocent zero.
        let inverse = total <= 1e-12 ? 0 : 1 / total
        inverses.pointer[row] = Float(inverse)
        for place in row * width..<(row + 1) * width {
          y[place] = inverse == 0 ? 0 : Float(sum * inverse * Double(x[place]))
        }
      }
    }
    guard let slot = input.slot else { return output }
    let (source, scaled) = (input.tensor, output.tensor)
    record(output) { [engine] dOutput in
      engine.parallel(over: rows, grain: grain) { range, _ in
        for row in range {
          let dy = dOutput.pointer + row * width
          let v = source.pointer + row * width
          let along = Float(Rows.dot(scaled.pointer + row * width, dy, count: width))
          for c in 0..<width {
            let sign: Float = v[c] > 0 ? 1 : v[c] < 0 ? -1 : 0
            dy[c] = (Float(sum) * dy[c] - sign * along) * inverses.pointer[row]
          }
        }
      }
      slot.give(dOutput, on: engine)
    }
    return output
  }
}
