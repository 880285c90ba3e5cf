import Tensors

extension Value {
  /// The same numbers and the same gradient under another shape of as many numbers.
  package func reshaped(_ shape: [Int]) -> Value {
    precondition(shape.reduce(1, *) == tensor.count, "the shape \(shape) does not hold the numbers of \(tensor.shape)")
    return Value(tensor: tensor.reshaped(shape), slot: slot)
  }
}

extension Tape {
  /// Rows side by side: `y[n] = [x₀[n] x₁[n] …]`.
  ///
  /// - Parameter inputs: `[N, C₀]`, `[N, C₁]`, …, at least one.
  /// - Returns: `[N, C₀ + C₁ + …]`.
  package func joined(_ inputs: [Value]) -> Value {
    let rows = inputs[0].shape[0]
    precondition(inputs.allSatisfy { $0.shape.count == 2 && $0.shape[0] == rows }, "rows of different numbers of rows")
    let widths = inputs.map { $0.shape[1] }
    let width = widths.reduce(0, +)
    let starts = widths.indices.map { widths[..<$0].reduce(0, +) }
    let output = result(engine.empty([rows, width]))
    for (input, start) in zip(inputs, starts) {
      let (x, columns) = (input.tensor.pointer, input.shape[1])
      for row in 0..<rows {
        (output.tensor.pointer + row * width + start).update(from: x + row * columns, count: columns)
      }
    }
    let slots = inputs.map(\.slot)
    record(output) { [engine] dOutput in
      for (index, slot) in slots.enumerated() {
        slot?.accumulate(shape: [rows, widths[index]], on: engine) { dInput, accumulate in
          for row in 0..<rows {
            let source = dOutput.pointer + row * width + starts[index]
            let target = dInput.pointer + row * widths[index]
            if accumulate {
              Rows.add(source, to: target, count: widths[index])
            } else {
              target.update(from: source, count: widths[index])
            }
          }
        }
      }
    }
    return output
  }

  /// Some columns of each row: what ``joined(_:)`` put side by side.
  ///
  /// - Parameter input: `[N, C]`.
  /// - Returns: `[N, columns.count]`.
  package func columns(_ columns: Range<Int>, of input: Value) -> Value {
    let (rows, width, count) = (input.shape[0], input.shape[1], columns.count)
    precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "no columns \(columns) in \(input.shape)")
    let output = result(engine.empty([rows, count]))
    let x = input.tensor.pointer + columns.lowerBound
    for row in 0..<rows { (output.tensor.pointer + row * count).update(from: x + row * width, count: count) }
    guard let slot = input.slot else { return output }
    record(output) { [engine] dOutput in
      slot.accumulate(shape: [rows, width], on: engine) { dInput, accumulate in
        if !accumulate { dInput.values.update(repeating: 0) }
        for row in 0..<rows {
          Rows.add(
            dOutput.pointer + row * count, to: dInput.pointer + row * width + columns.lowerBound, count: count)
        }
      }
    }
    return output
  }

  /// A weighted sum of losses as one loss: `Σ weight · loss`.
  package func sum(of losses: [(loss: Loss, weight: Double)]) -> Loss {
    let total = Loss(value: losses.reduce(0) { $0 + $1.weight * $1.loss.value })
    // Recorded after the losses, so that in reverse it comes before them.
    record { for (loss, weight) in losses { loss.weight += weight * total.weight } }
    return total
  }
}
