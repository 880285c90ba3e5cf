import Tensors

extension Tape {
  /// A linear map of each row: `y = x · weightᵀ + bias`. The operands of its products are of the tape's precision, y is in
  /// single precision.
  ///
  /// - Parameters:
  ///   - input: `[N, I]`.
  ///   - weight: `[O, I]`, or `[O, R, S, C]` with R·S·C = I: a 1×1 convolution's, or what reads a whole map.
  ///   - bias: `[O]`, where there is one.
  /// - Returns: `[N, O]`.
  package func linear(_ input: Value, _ weight: Parameter, bias: Parameter? = nil) -> Value {
    let (rows, inputs, outputs) = (input.shape[0], input.shape[1], weight.value.shape[0])
    precondition(weight.value.count == inputs * outputs, "\(weight.name) does not take \(inputs) numbers")
    let output = result(engine.empty([rows, outputs]))
    let (x, w) = (precision.operand(input.tensor, on: engine), precision.operand(weight.value, on: engine))
    let accumulation = policy.accumulation(
      multiplications: rows * inputs * outputs, most: Accumulation.mostInDoubleOnVectors)
    // A batch has few rows, so the columns are what is shared out.
    engine.parallel(over: outputs, grain: Self.linearGrain) { columns, _ in
      let target = output.tensor.pointer + columns.lowerBound
      for row in 0..<rows {
        if let bias {
          (target + row * outputs).update(from: bias.value.pointer + columns.lowerBound, count: columns.count)
        }
      }
      MatrixProduct.multiply(
        rows: rows, columns: columns.count, depth: inputs, .plain(x.pointer, stride: inputs),
        .transposed(w.pointer + columns.lowerBound * inputs, stride: inputs), into: target, stride: outputs,
        accumulate: bias != nil, in: accumulation)
    }
    observe(output, of: weight)
    let slot = input.slot
    record(output, training: weight, bias) { [engine, shard, precision] dOutput in
      let dy = precision.operand(dOutput, on: engine)
      weight.accumulate(of: shard, on: engine) { dWeight, accumulate in
        engine.parallel(over: outputs, grain: Self.linearGrain) { columns, _ in
          MatrixProduct.multiply(
            rows: columns.count, columns: inputs, depth: rows,
            .transposed(dy.pointer + columns.lowerBound, stride: outputs), .plain(x.pointer, stride: inputs),
            into: dWeight.pointer + columns.lowerBound * inputs, stride: inputs, accumulate: accumulate,
            in: accumulation)
        }
      }
      bias?.accumulate(of: shard, on: engine) { dBias, accumulate in
        if !accumulate { dBias.values.update(repeating: 0) }
        for row in 0..<rows { Rows.add(dOutput.pointer + row * outputs, to: dBias.pointer, count: outputs) }
      }
      slot?.accumulate(shape: [rows, inputs], on: engine) { dInput, accumulate in
        engine.parallel(over: inputs, grain: Self.linearGrain) { columns, _ in
          MatrixProduct.multiply(
            rows: rows, columns: columns.count, depth: outputs, .plain(dy.pointer, stride: outputs),
            .plain(w.pointer + columns.lowerBound, stride: inputs),
            into: dInput.pointer + columns.lowerBound, stride: inputs, accumulate: accumulate, in: accumulation)
        }
      }
    }
    return output
  }

  /// A 1×1 convolution with a bias: a linear map of each place's channels.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, I]`.
  ///   - weight: `[O, 1, 1, I]`.
  /// - Returns: `[N, H, W, O]`.
  package func pointwise(_ input: Value, _ weight: Parameter, bias: Parameter) -> Value {
    let shape = input.shape
    let places = input.reshaped([shape[0] * shape[1] * shape[2], shape[3]])
    return linear(places, weight, bias: bias).reshaped([shape[0], shape[1], shape[2], weight.value.shape[0]])
  }

  private static let linearGrain = 128
}
