import Tensors

extension Tape {
  /// The largest value of each channel over the whole map.
  ///
  /// The gradient goes to the first place in row-major order that has it. A NaN counts as largest, so that it is not
  /// hidden.
  ///
  /// - Parameter input: `[N, H, W, C]`.
  /// - Returns: `[N, C]`.
  package func channelMaxima(_ input: Value) -> Value {
    let maxima = ChannelMaxima(of: input.tensor, on: engine)
    let output = result(maxima.values)
    guard let slot = input.slot else { return output }
    let shape = input.shape
    record(output) { [engine] dOutput in
      let (channels, size) = (shape[3], shape[1] * shape[2] * shape[3])
      slot.accumulate(shape: shape, on: engine) { dInput, accumulate in
        engine.parallel(shape[0]) { image, _ in
          let dx = dInput.pointer + image * size
          if !accumulate { dx.update(repeating: 0, count: size) }
          for c in 0..<channels {
            dx[maxima.place(image * channels + c) * channels + c] += dOutput.pointer[image * channels + c]
          }
        }
      }
    }
    return output
  }
}

/// Where each channel of a map is largest.
package struct ChannelMaxima {
  /// The largest values, `[N, C]`.
  let values: Tensor
  /// The number of the place, row by row, of each of them, as whole numbers of 32 bits.
  private let places: Tensor
  private let width: Int

  /// Looks through maps `[N, H, W, C]`.
  package init(of map: Tensor, on engine: Engine) {
    let (batch, count, channels) = (map.shape[0], map.shape[1] * map.shape[2], map.shape[3])
    precondition(count > 0, "a map of no place has no largest value")
    width = map.shape[2]
    values = engine.empty([batch, channels])
    places = engine.empty([batch, channels])
    let (values, places) = (values, places)
    engine.parallel(batch) { image, _ in
      let best = values.pointer + image * channels
      let winner = UnsafeMutableRawPointer(places.pointer + image * channels)
      best.update(repeating: -.infinity, count: channels)
      winner.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * channels)
      for place in 0..<count {
        Self.take(
          map.pointer + (image * count + place) * channels, number: Int32(truncatingIfNeeded: place), best: best,
          winner: winner, channels: channels)
      }
    }
  }

  /// Puts one place's channels where they are larger than what was found before.
  private static func take(
    _ row: UnsafePointer<Float>, number: Int32, best: UnsafeMutablePointer<Float>, winner: UnsafeMutableRawPointer,
    channels: Int
  ) {
    let numbers = SIMD16<Int32>(repeating: number)
    var c = 0
    while c &+ 16 <= channels {
      let (value, old) = (row.vector(c), best.vector(c))
      let wins = (value .> old) .| ((value .!= value) .& (old .== old))
      best.store(old.replacing(with: value, where: wins), c)
      let places = winner.loadUnaligned(fromByteOffset: 4 &* c, as: SIMD16<Int32>.self)
      winner.storeBytes(
        of: places.replacing(with: numbers, where: wins), toByteOffset: 4 &* c, as: SIMD16<Int32>.self)
      c &+= 16
    }
    while c < channels {
      if row[c] > best[c] || (row[c].isNaN && !best[c].isNaN) {
        best[c] = row[c]
        winner.storeBytes(of: number, toByteOffset: 4 &* c, as: Int32.self)
      }
      c &+= 1
    }
  }

  /// The number of the place of image `n`'s channel `c`, from `n · C + c`.
  func place(_ index: Int) -> Int {
    Int(UnsafeRawPointer(places.pointer).loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
  }

  /// Where each channel of each image peaks: its first maximum in row-major order. Nil where the channel is nowhere
  /// above zero, or holds a NaN.
  package var peaks: [[(row: Int, column: Int)?]] {
    let (batch, channels) = (values.shape[0], values.shape[1])
    return (0..<batch).map { image in
      (0..<channels).map { channel in
        let index = image * channels + channel
        guard values.pointer[index] > 0 else { return nil }
        return (place(index) / width, place(index) % width)
      }
    }
  }
}
