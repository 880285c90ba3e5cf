import Tensors

extension Tape {
  /// Averages a feature map over full-width strips of rows, whose bounds may differ from image to image.
  ///
  ///     y_r[n, c] = mean of x[n, h, w, c] over h in regions[r][n], all w
  ///
  /// Regions may overlap and need not cover the map: one that is all rows is global average pooling.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - regions: for each region the rows of each image, none empty.
  /// - Returns: for each region `[N, C]`.
  package func regionMeans(_ input: Value, regions: [[Range<Int>]]) -> [Value] {
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    for region in regions {
      precondition(
        region.count == batch && region.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= height })
    }
    let outputs = regions.map { _ in result(engine.empty([batch, channels])) }
    let x = input.tensor.pointer
    engine.reserveScratch(4 * channels)
    engine.parallel(batch * regions.count) { chunk, worker in
      let image = chunk / regions.count
      let region = chunk % regions.count
      let rows = regions[region][image]
      let target = outputs[region].tensor.pointer + image * channels
      // Row by row, so that no sum has more terms than a side of the map.
      let sum = engine.scratch(of: worker)
      target.update(repeating: 0, count: channels)
      for row in rows {
        sum.update(repeating: 0, count: channels)
        for column in 0..<width {
          Rows.add(x + ((image * height + row) * width + column) * channels, to: sum, count: channels)
        }
        Rows.add(sum, to: target, count: channels)
      }
      Rows.scale(target, by: 1 / Float(rows.count * width), count: channels)
    }
    guard let slot = input.slot else { return outputs }
    let slots = outputs.map(\.slot)
    let shape = input.shape
    record { [engine] in
      let gradients = slots.map { $0?.take() }
      guard gradients.contains(where: { $0 != nil }) else { return }
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.reserveScratch(4 * channels)
        engine.parallel(batch * height) { line, worker in
          let image = line / height
          // Every column of a row gets the same gradient: the sum over the regions that hold the row.
          let sum = engine.scratch(of: worker)
          sum.update(repeating: 0, count: channels)
          for (region, gradient) in zip(regions, gradients) where region[image].contains(line % height) {
            guard let gradient else { continue }
            let share = 1 / Float(region[image].count * width)
            Rows.add(gradient.pointer + image * channels, times: share, to: sum, count: channels)
          }
          for column in 0..<width {
            let target = dInput.pointer + (line * width + column) * channels
            if accumulate {
              Rows.add(sum, to: target, count: channels)
            } else {
              target.update(from: sum, count: channels)
            }
          }
        }
      }
    }
    return outputs
  }

  /// Averages a feature map after multiplying each position with a weight that takes no gradient.
  ///
  ///     y[n, c] = Σ_hw x[n, h, w, c] · map[n, h, w] / (H·W)
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - map: `[N, H, W]`.
  /// - Returns: `[N, C]`.
  package func attendedMean(_ input: Value, map: Tensor) -> Value {
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    precondition(map.count == batch * height * width, "the map \(map.shape) does not fit the features \(input.shape)")
    let positions = height * width
    let output = result(engine.empty([batch, channels]))
    let x = input.tensor.pointer
    engine.parallel(batch) { image, _ in
      let target = output.tensor.pointer + image * channels
      target.update(repeating: 0, count: channels)
      for position in image * positions..<(image + 1) * positions where map.pointer[position] != 0 {
        Rows.add(x + position * channels, times: map.pointer[position], to: target, count: channels)
      }
      Rows.scale(target, by: 1 / Float(positions), count: channels)
    }
    guard let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.parallel(over: batch * positions, grain: positions) { range, _ in
          for position in range {
            let target = dInput.pointer + position * channels
            if !accumulate { target.update(repeating: 0, count: channels) }
            let weight = map.pointer[position] / Float(positions)
            guard weight != 0 else { continue }
            Rows.add(dOutput.pointer + position / positions * channels, times: weight, to: target, count: channels)
          }
        }
      }
    }
    return output
  }
}
