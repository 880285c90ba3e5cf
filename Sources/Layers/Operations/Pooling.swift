import Tensors

extension Tape {
  /// The largest value of each square window, channel by channel; see
  /// ``maxPool(_:rows:columns:stride:padding:)``.
  package func maxPool(_ input: Value, window: Int, stride: Int, padding: Int) -> Value {
    maxPool(input, rows: window, columns: window, stride: stride, padding: padding)
  }

  /// The largest value of each window, channel by channel.
  ///
  /// What lies outside the map never wins. On a tie the first place in row-major order is the one that the gradient
  /// goes to. Rows and columns at the end that fill no window are dropped.
  ///
  /// - Parameters:
  ///   - input: `[N, H, W, C]`.
  ///   - rows: of a window.
  ///   - columns: of a window.
  /// - Returns: `[N, H', W', C]` with `H' = (H + 2·padding − rows) / stride + 1`, and W' likewise.
  package func maxPool(_ input: Value, rows: Int, columns: Int, stride: Int, padding: Int) -> Value {
    precondition(
      rows * columns <= 225, "a window of \(rows)×\(columns) has more places than a byte can number")
    precondition(
      padding * 2 <= min(rows, columns), "a window of \(rows)×\(columns) would lie wholly in a padding of \(padding)")
    let (batch, height, width, channels) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    precondition(
      height + 2 * padding >= rows && width + 2 * padding >= columns,
      "a window of \(rows)×\(columns) does not fit \(height)×\(width)")
    let pooling = MaxPooling(
      batch: batch, height: height, width: width, channels: channels, rows: rows, columns: columns, stride: stride,
      padding: padding)
    let element = input.tensor.element
    let output = result(engine.empty([batch, pooling.outputHeight, pooling.outputWidth, channels], as: element))
    // Which place of its window won, as a byte for each number.
    let winners = isRecording ? engine.empty([(output.tensor.count + 3) / 4]) : nil
    switch element {
    case .single: pooling.forward(Float.self, input.tensor, output.tensor, winners, on: engine)
    case .bfloat16: pooling.forward(BFloat16.self, input.tensor, output.tensor, winners, on: engine)
    }
    guard let winners, let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        switch element {
        case .single: pooling.backward(dOutput, winners, into: dInput, accumulate: accumulate, on: engine)
        case .bfloat16: pooling.roundedBackward(dOutput, winners, into: dInput, accumulate: accumulate, on: engine)
        }
      }
    }
    return output
  }
}

/// The sizes of a max pooling, and its loops.
private struct MaxPooling {
  let batch, height, width, channels: Int
  let rows, columns, stride, padding: Int

  var outputHeight: Int { (height + 2 * padding - rows) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - columns) / stride + 1 }
  /// Numbers of one image of the input.
  private var size: Int { height * width * channels }

  /// - Parameter winners: takes which place of its window won, as a byte for each number.
  func forward<Number: StoredNumber>(
    _ kind: Number.Type, _ input: Tensor, _ output: Tensor, _ winners: Tensor?, on engine: Engine
  ) {
    let (x, y) = (UnsafePointer(input.numbers(kind)), output.numbers(kind))
    let win = winners.map { UnsafeMutableRawPointer($0.pointer).assumingMemoryBound(to: UInt8.self) }
    engine.parallel(over: batch * outputHeight, grain: 1) { lines, _ in
      for line in lines {
        let image = line / outputHeight
        let top = line % outputHeight * stride - padding
        let map = x + image * size
        for column in 0..<outputWidth {
          let left = column * stride - padding
          let target = (line * outputWidth + column) * channels
          let places = WindowPlaces(
            rows: max(0, top)..<min(height, top + rows), columns: max(0, left)..<min(width, left + columns))
          var c = 0
          while c &+ 16 <= channels {
            let (best, winner) = places.largestVector(map + c, width: width, channels: channels)
            y.store(best, target &+ c)
            if let win {
              UnsafeMutableRawPointer(win + target + c).storeBytes(of: winner, as: SIMD16<UInt8>.self)
            }
            c &+= 16
          }
          while c < channels {
            let (best, winner) = places.largest(map + c, width: width, channels: channels)
            y[target + c] = Number(rounding: best)
            win?[target + c] = winner
            c &+= 1
          }
        }
      }
    }
  }

  func backward(_ dOutput: Tensor, _ winners: Tensor, into dInput: Tensor, accumulate: Bool, on engine: Engine) {
    engine.parallel(over: batch, grain: 1) { images, _ in
      for image in images {
        let dx = dInput.pointer + image * size
        if !accumulate { dx.update(repeating: 0, count: size) }
        spread(dOutput.pointer, winners, ofImage: image, addingTo: dx)
      }
    }
  }

  /// Windows overlap: what a place gets of several is summed in single precision and rounded once.
  func roundedBackward(
    _ dOutput: Tensor, _ winners: Tensor, into dInput: Tensor, accumulate: Bool, on engine: Engine
  ) {
    engine.reserveScratch(4 * size)
    engine.parallel(batch) { image, worker in
      let sums = engine.scratch(of: worker)
      let dx = dInput.numbers(BFloat16.self) + image * size
      for i in 0..<size { sums[i] = accumulate ? dx[i].single : 0 }
      spread(dOutput.numbers(BFloat16.self), winners, ofImage: image, addingTo: sums)
      var i = 0
      while i &+ 16 <= size {
        dx.store(sums.vector(i), i)
        i &+= 16
      }
      while i < size {
        dx[i] = BFloat16(rounding: sums[i])
        i &+= 1
      }
    }
  }

  /// Adds each number of one image's gradient where its window's largest number stands.
  private func spread(
    _ dy: UnsafeMutablePointer<some StoredNumber>, _ winners: Tensor, ofImage image: Int,
    addingTo dx: UnsafeMutablePointer<Float>
  ) {
    let win = UnsafeRawPointer(winners.pointer).assumingMemoryBound(to: UInt8.self)
    for line in 0..<outputHeight {
      let top = max(0, line * stride - padding)
      for column in 0..<outputWidth {
        let left = max(0, column * stride - padding)
        let source = ((image * outputHeight + line) * outputWidth + column) * channels
        let inside = min(width, column * stride - padding + columns) - left
        for c in 0..<channels {
          let place = Int(win[source &+ c])
          let row = place / inside
          dx[((top &+ row) &* width &+ left &+ place &- row &* inside) &* channels &+ c] += dy[source &+ c].single
        }
      }
    }
  }
}

/// The places of a map that one window covers, numbered row by row.
private struct WindowPlaces {
  let rows: Range<Int>
  let columns: Range<Int>

  /// The largest of sixteen channels' values and the number of the first place that has it.
  @inline(__always)
  func largestVector(_ map: UnsafePointer<some StoredNumber>, width: Int, channels: Int) -> (Vector, SIMD16<UInt8>) {
    var best = Vector(repeating: -.infinity)
    var winner = SIMD16<Int32>.zero
    var number: Int32 = 0
    for row in rows {
      var place = (row &* width &+ columns.lowerBound) &* channels
      for _ in columns {
        let value = map.vector(place)
        let isLarger = value .> best
        best.replace(with: value, where: isLarger)
        winner.replace(with: SIMD16<Int32>(repeating: number), where: isLarger)
        number &+= 1
        place &+= channels
      }
    }
    return (best, SIMD16<UInt8>(truncatingIfNeeded: winner))
  }

  func largest(_ map: UnsafePointer<some StoredNumber>, width: Int, channels: Int) -> (Float, UInt8) {
    var best = -Float.infinity
    var winner: UInt8 = 0
    var number: UInt8 = 0
    for row in rows {
      for column in columns {
        let value = map[(row * width + column) * channels].single
        if value > best { (best, winner) = (value, number) }
        number &+= 1
      }
    }
    return (best, winner)
  }
}
