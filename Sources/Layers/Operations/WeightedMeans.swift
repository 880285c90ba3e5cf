import Tensors

extension Tape {
  /// Averages a feature map several times, each time with weights of its own that take no gradient.
  ///
  ///     y_r[n, c] = Σ_hw x[n, h, w, c] · weights[n, h, w, r]
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - weights: `[N, H, W, R]`; for means those of a region sum to 1.
  /// - Returns: for each region `[N, C]`.
  package func weightedMeans(_ input: Value, weights: Tensor) -> [Value] {
    let (batch, channels) = (input.shape[0], input.shape[3])
    let (places, regions) = (input.shape[1] * input.shape[2], weights.shape[3])
    precondition(
      weights.shape.prefix(3) == input.shape.prefix(3), "weights of \(weights.shape) on a map of \(input.shape)")
    let outputs = (0..<regions).map { _ in result(engine.empty([batch, channels])) }
    let (x, w) = (input.tensor.pointer, weights.pointer)
    engine.parallel(batch) { image, _ in
      for output in outputs { (output.tensor.pointer + image * channels).update(repeating: 0, count: channels) }
      for place in image * places..<(image + 1) * places {
        for (region, output) in outputs.enumerated() where w[place * regions + region] != 0 {
          Rows.add(
            x + place * channels, times: w[place * regions + region], to: output.tensor.pointer + image * channels,
            count: channels)
        }
      }
    }
    guard let slot = input.slot else { return outputs }
    let (slots, shape) = (outputs.map(\.slot), input.shape)
    record { [engine] in
      let gradients = slots.enumerated().compactMap { region, slot in slot?.take().map { (region, $0) } }
      guard !gradients.isEmpty else { return }
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.parallel(over: batch * places, grain: max(1, places)) { range, _ in
          for place in range {
            let target = dInput.pointer + place * channels
            if !accumulate { target.update(repeating: 0, count: channels) }
            for (region, gradient) in gradients where weights.pointer[place * regions + region] != 0 {
              Rows.add(
                gradient.pointer + place / places * channels, times: weights.pointer[place * regions + region],
                to: target, count: channels)
            }
          }
        }
      }
    }
    return outputs
  }

  /// The largest of several vectors, number by number.
  ///
  /// The gradient goes to the first that has it. A NaN counts as largest, so that it is not hidden.
  ///
  /// - Parameters:
  ///   - inputs: `[N, C]` each.
  ///   - exists: of each input whether it takes part in each row; where none does the row is 0.
  /// - Returns: `[N, C]`.
  package func strongest(of inputs: [Value], exists: [[Bool]]) -> Value {
    let (rows, width) = (inputs[0].shape[0], inputs[0].shape[1])
    precondition(
      inputs.allSatisfy { $0.shape == [rows, width] } && exists.map(\.count) == inputs.map { _ in rows },
      "vectors of different shapes")
    let output = result(engine.empty([rows, width]))
    // Which of them won, by its number; −1 where none takes part.
    var winners = [Int8](repeating: -1, count: rows * width)
    let y = output.tensor.pointer
    for row in 0..<rows {
      for place in row * width..<(row + 1) * width {
        for (number, input) in inputs.enumerated() where exists[number][row] {
          let value = input.tensor.pointer[place]
          guard winners[place] < 0 || value > y[place] || (value.isNaN && !y[place].isNaN) else { continue }
          (y[place], winners[place]) = (value, Int8(number))
        }
        if winners[place] < 0 { y[place] = 0 }
      }
    }
    let slots = inputs.map(\.slot)
    record(output) { [engine, winners] dOutput in
      for (number, slot) in slots.enumerated() {
        slot?.accumulate(shape: [rows, width], on: engine) { dInput, accumulate in
          for place in 0..<rows * width {
            let gradient = winners[place] == number ? dOutput.pointer[place] : 0
            dInput.pointer[place] = (accumulate ? dInput.pointer[place] : 0) + gradient
          }
        }
      }
    }
    return output
  }
}
