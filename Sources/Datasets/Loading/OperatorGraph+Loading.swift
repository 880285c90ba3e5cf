import Models

/// What a loader makes of an image's pixels, as operators.
extension OperatorGraph {
  /// Decoded images brought to a size and normalised, as ``BatchLoader`` does it.
  ///
  /// Only decoding stays outside. There libjpeg shrinks an image of more than twice the size each way, to no less than
  /// twice the size; who decodes such an image whole gets slightly other pixels.
  ///
  /// - Parameter pixels: RGB bytes `[N, height, width, 3]`, of any size.
  /// - Returns: `[N, 3, size.height, size.width]`.
  package func loaded(_ pixels: Value, size: ImageSize) -> Value {
    let channels = transposed(cast(pixels, to: .float), 3, 1, 2)
    let narrowed = summed(channels, taps(of: pixels, axis: 2, target: size.width), along: 3)
    let weights = taps(of: pixels, axis: 1, target: size.height)
    // The sums down a column begin with the half that rounds them.
    let sums = summed(narrowed, weights, along: 2, from: 0.5)
    let levels = apply("Floor", apply("Clip", sums, float(0), float(255)), shape: [3, size.height, size.width])
    return normalised(levels)
  }

  /// Levels, 0 to 255, `[N, 3, H, W]`, as the network sees them; in double precision, as ``Normalization``'s table.
  private func normalised(_ levels: Value) -> Value {
    let shares = apply("Div", cast(levels, to: .double), double(255))
    let centred = apply("Sub", shares, doubles(Normalization.mean, shape: [1, 3, 1, 1]))
    return cast(apply("Div", centred, doubles(Normalization.deviation, shape: [1, 3, 1, 1])), to: .float)
  }

  /// Which source pixels a target pixel averages along one axis, and with which weights: each `[taps, target]`. As many taps
  /// as any target pixel has; the weights of those that it has not are 0.
  private struct Taps {
    let weights: Value
    let places: Value
  }

  /// ``ImageResizer``'s rule.
  private func taps(of pixels: Value, axis: Int, target: Int) -> Taps {
    let extent = apply(
      "Shape", pixels, attributes: ["start": .int(axis), "end": .int(axis + 1)], shape: [], type: .int64)
    let source = apply("Squeeze", cast(extent, to: .double), integers([0]), shape: [])
    let scale = apply("Div", source, double(Double(target)))
    let support = apply("Max", scale, double(1))
    let centres = apply("Mul", doubles((0..<target).map { Double($0) + 0.5 }, shape: [target]), scale, shape: [])
    let first = apply("Floor", apply("Add", apply("Sub", centres, support), double(0.5)))
    let end = apply("Floor", apply("Add", apply("Add", centres, support), double(0.5)))
    let most = apply("Ceil", apply("Mul", support, double(2)))
    let numbers = apply("Range", double(0), most, double(1), shape: [], type: .double)
    let places = apply("Add", apply("Max", first, double(0)), apply("Unsqueeze", numbers, integers([1])))
    let distances = apply("Abs", apply("Sub", apply("Add", places, double(0.5)), centres))
    let shares = apply("Max", apply("Sub", double(1), apply("Div", distances, support)), double(0))
    let isOwn = apply("Less", places, apply("Min", end, source), type: .bool)
    let own = apply("Where", isOwn, shares, double(0), type: .double)
    return Taps(
      weights: cast(apply("Div", own, orderedSum(own, along: 0)), to: .float),
      places: cast(apply("Min", places, apply("Sub", source, double(1))), to: .int64))
  }

  /// The weighed source pixels of each target pixel, added up one after the other as the loader does: another order rounds
  /// some sums to another level.
  ///
  /// - Parameters:
  ///   - x: `[N, 3, rows, columns]`, the source along the axis.
  ///   - start: what every sum begins with; nil for its first pixel.
  private func summed(_ x: Value, _ taps: Taps, along axis: Int, from start: Float? = nil) -> Value {
    // The axis becomes two: taps and target.
    let taken = apply("Gather", x, taps.places, attributes: ["axis": .int(axis)])
    let behind = x.shape.count - axis
    let weights =
      behind == 0 ? taps.weights : apply("Unsqueeze", taps.weights, integers(Array(2..<2 + behind)))
    var products = apply("Mul", taken, weights)
    if let start {
      let before = (0..<5).map { $0 == axis ? 1 : 0 }
      products = apply("Pad", products, integers(before + [0, 0, 0, 0, 0]), float(start))
    }
    return orderedSum(products, along: axis)
  }

  /// The sum along an axis in the order of its numbers, which a reduction does not promise.
  private func orderedSum(_ x: Value, along axis: Int) -> Value {
    apply(
      "Gather", apply("CumSum", x, integers([axis], shape: [])), integers([-1], shape: []),
      attributes: ["axis": .int(axis)])
  }
}

extension OperatorGraph {
  /// What the levels of red, green and blue are normalised with, for who does it outside: mean and deviation of levels
  /// between 0 and 1.
  package static var normalization: (mean: [Double], deviation: [Double]) {
    (Normalization.mean, Normalization.deviation)
  }
}
