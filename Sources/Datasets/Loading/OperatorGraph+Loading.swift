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
    let columns = taps(of: pixels, axis: 2, target: size.width)
    let rows = taps(of: pixels, axis: 1, target: size.height)
    let narrowed = apply(
      "MatMul", channels, apply("Transpose", columns, attributes: ["perm": .ints([1, 0])]), shape: [3, -1, size.width])
    let sums = apply("MatMul", rows, narrowed, shape: [3, size.height, size.width], type: .float)
    let levels = apply("Floor", apply("Clip", apply("Add", sums, float(0.5)), float(0), float(255)))
    return normalised(levels)
  }

  /// Levels, 0 to 255, `[N, 3, H, W]`, as the network sees them; in double precision, as ``Normalization``'s table.
  private func normalised(_ levels: Value) -> Value {
    let shares = apply("Div", cast(levels, to: .double), double(255))
    let centred = apply("Sub", shares, doubles(Normalization.mean, shape: [1, 3, 1, 1]))
    return cast(apply("Div", centred, doubles(Normalization.deviation, shape: [1, 3, 1, 1])), to: .float)
  }

  /// How much each source pixel counts in each target pixel along one axis, `[target, source]`: ``ImageResizer``'s rule.
  private func taps(of pixels: Value, axis: Int, target: Int) -> Value {
    let extent = apply(
      "Shape", pixels, attributes: ["start": .int(axis), "end": .int(axis + 1)], shape: [], type: .int64)
    let source = apply("Squeeze", cast(extent, to: .double), integers([0]), shape: [])
    let scale = apply("Div", source, double(Double(target)))
    let support = apply("Max", scale, double(1))
    let middles = doubles((0..<target).map { Double($0) + 0.5 }, shape: [target, 1])
    let centres = apply("Mul", middles, scale, shape: [1])
    let numbers = apply("Range", double(0), source, double(1), shape: [], type: .double)
    let distances = apply("Abs", apply("Sub", apply("Add", numbers, double(0.5)), centres, shape: [-1]))
    let shares = apply("Max", apply("Sub", double(1), apply("Div", distances, support), shape: [-1]), double(0))
    return cast(apply("Div", shares, reduced("ReduceSum", shares, over: [1], keepsAxes: true)), to: .float)
  }
}

extension OperatorGraph {
  /// What the levels of red, green and blue are normalised with, for who does it outside: mean and deviation of levels
  /// between 0 and 1.
  package static var normalization: (mean: [Double], deviation: [Double]) {
    (Normalization.mean, Normalization.deviation)
  }
}
