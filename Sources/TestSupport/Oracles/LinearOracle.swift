/// A linear map in plain loops and double precision: `y[n,o] = Σ_i x[n,i] · weight[o,i] + bias[o]`.
package struct LinearOracle {
  let rows, inputs, outputs: Int

  /// Names the sizes: x is `[N, I]`, weight `[O, I]`, bias `[O]`, y `[N, O]`.
  package init(rows: Int, inputs: Int, outputs: Int) {
    self.rows = rows
    self.inputs = inputs
    self.outputs = outputs
  }

  /// y
  package func output(_ x: [Double], _ weight: [Double], bias: [Double]?) -> [Double] {
    var y: [Double] = []
    for n in 0..<rows {
      for o in 0..<outputs {
        var sum = bias?[o] ?? 0
        for i in 0..<inputs { sum += x[n * inputs + i] * weight[o * inputs + i] }
        y.append(sum)
      }
    }
    return y
  }

  /// The gradients: `dx = dy · weight`, `dweight = dyᵀ · x`, `dbias = Σ_n dy`.
  package func gradients(
    _ x: [Double], _ weight: [Double], _ dy: [Double]
  ) -> (x: [Double], weight: [Double], bias: [Double]) {
    var dx = [Double](repeating: 0, count: x.count)
    var dWeight = [Double](repeating: 0, count: weight.count)
    var dBias = [Double](repeating: 0, count: outputs)
    for n in 0..<rows {
      for o in 0..<outputs {
        let g = dy[n * outputs + o]
        dBias[o] += g
        for i in 0..<inputs {
          dx[n * inputs + i] += g * weight[o * inputs + i]
          dWeight[o * inputs + i] += g * x[n * inputs + i]
        }
      }
    }
    return (dx, dWeight, dBias)
  }
}
