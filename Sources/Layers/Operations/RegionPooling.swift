import Tensors

extension Tape {
  /// Averages a feature map over full-width strips of rows, whose bounds may differ from image to image.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - regions: for each region the rows of each image, none empty. They may overlap and need not cover the map: one
  ///     that is all rows is global average pooling.
  /// - Returns: for each region `[N, C]`.
  package func regionMeans(_ input: Value, regions: [[Range<Int>]]) -> [Value] {
    let width = input.shape[2]
    return boxMeans(input, boxes: regions.map { $0.map { MapBox(rows: $0, columns: 0..<width) } })
  }

  /// Averages a feature map over boxes, which may differ from image to image.
  ///
  ///     y_k[n, c] = mean of x[n, h, w, c] over (h, w) in boxes[k][n]
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - boxes: for each part the box of each image, none empty. They may overlap and need not cover the map.
  /// - Returns: for each part `[N, C]`.
  package func boxMeans(_ input: Value, boxes: [[MapBox]]) -> [Value] {
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    for part in boxes {
      precondition(
        part.count == batch && part.allSatisfy { $0.area > 0 && $0.isInside(height: height, width: width) },
        "a box is empty or leaves its map")
    }
    let outputs = boxes.map { _ in result(engine.empty([batch, channels])) }
    let x = input.tensor.pointer
    engine.reserveScratch(4 * channels)
    engine.parallel(batch * boxes.count) { chunk, worker in
      let image = chunk / boxes.count
      let part = chunk % boxes.count
      let box = boxes[part][image]
      let target = outputs[part].tensor.pointer + image * channels
      // Row by row, so that no sum has more terms than a side of the map.
      let sum = engine.scratch(of: worker)
      target.update(repeating: 0, count: channels)
      for row in box.rows {
        sum.update(repeating: 0, count: channels)
        for column in box.columns {
          Rows.add(x + ((image * height + row) * width + column) * channels, to: sum, count: channels)
        }
        Rows.add(sum, to: target, count: channels)
      }
      Rows.scale(target, by: 1 / Float(box.area), count: channels)
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
          let sum = engine.scratch(of: worker)
          let own = zip(boxes, gradients).compactMap { part, gradient in
            gradient.flatMap { part[image].rows.contains(line % height) ? (box: part[image], gradient: $0) : nil }
          }
          // Between two edges of boxes every column gets the same gradient: the sum over the boxes that hold it.
          let edges = Set(own.flatMap { [$0.box.columns.lowerBound, $0.box.columns.upperBound] } + [0, width]).sorted()
          for (start, end) in zip(edges, edges.dropFirst()) {
            sum.update(repeating: 0, count: channels)
            for (box, gradient) in own where box.columns.contains(start) {
              Rows.add(gradient.pointer + image * channels, times: 1 / Float(box.area), to: sum, count: channels)
            }
            for column in start..<end {
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

/// A box of places of a map.
package struct MapBox: Hashable, Sendable {
  package let rows: Range<Int>
  package let columns: Range<Int>

  package init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  /// How many places it holds.
  var area: Int { rows.count * columns.count }

  func isInside(height: Int, width: Int) -> Bool {
    rows.lowerBound >= 0 && rows.upperBound <= height && columns.lowerBound >= 0 && columns.upperBound <= width
  }
}
