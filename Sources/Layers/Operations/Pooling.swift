import Tensors

extension Tape {
  /// The largest value of each window, channel by channel.
  ///
  /// What lies outside the map never wins. On a tie the first place in row-major order is the one that the gradient
  /// goes to.
  ///
  /// - Parameter input: `[N, H, W, C]`.
  /// - Returns: `[N, H', W', C]` with `H' = (H + 2·padding − window) / stride + 1`.
  public func maxPool(_ input: Value, window: Int, stride: Int, padding: Int) -> Value {
    precondition(padding * 2 <= window, "a window of \(window) would lie wholly in a padding of \(padding)")
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    let outputHeight = (height + 2 * padding - window) / stride + 1
    let outputWidth = (width + 2 * padding - window) / stride + 1
    let output = result(engine.empty([batch, outputHeight, outputWidth, channels]))
    // Which place of its window won, as a number of 32 bits in the memory of a float.
    let winners = isRecording ? engine.empty(output.shape) : nil
    let x = input.tensor.pointer
    let y = output.tensor.pointer
    let win = winners.map { UnsafeMutableRawPointer($0.pointer).assumingMemoryBound(to: Int32.self) }
    engine.parallel(over: batch * outputHeight, grain: 1) { lines, _ in
      for line in lines {
        let image = line / outputHeight
        let top = line % outputHeight * stride - padding
        for column in 0..<outputWidth {
          let left = column * stride - padding
          let target = (line * outputWidth + column) * channels
          for c in 0..<channels {
            var best = -Float.infinity
            var bestPlace = -1
            for h in max(0, top)..<min(height, top + window) {
              for w in max(0, left)..<min(width, left + window) {
                let place = (h * width + w) * channels + c
                let value = x[image * height * width * channels + place]
                if value > best || bestPlace < 0 {
                  best = value
                  bestPlace = place
                }
              }
            }
            y[target + c] = best
            win?[target + c] = Int32(truncatingIfNeeded: bestPlace)
          }
        }
      }
    }
    guard let winners, let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        let win = UnsafeMutableRawPointer(winners.pointer).assumingMemoryBound(to: Int32.self)
        let dy = dOutput.pointer
        let size = height * width * channels
        let perImage = outputHeight * outputWidth * channels
        engine.parallel(over: batch, grain: 1) { images, _ in
          for image in images {
            let dx = dInput.pointer + image * size
            if !accumulate { dx.update(repeating: 0, count: size) }
            for place in image * perImage..<(image + 1) * perImage { dx[Int(win[place])] += dy[place] }
          }
        }
      }
    }
    return output
  }
}
