import Layers

/// Means of a feature map over parts of it, and where its channels peak.
extension OperatorGraph {
  /// 0, 1, 2 … along an axis of so many, in double precision.
  func counted(_ count: Int, shape: [Int]) -> Constant { doubles((0..<count).map(Double.init), shape: shape) }

  /// Means over boxes, which may differ from image to image.
  ///
  /// - Parameters:
  ///   - map: `[N, C, H, W]`.
  ///   - isInside: of each box and place whether it is inside, bool `[N or 1, P, H·W]`.
  /// - Returns: `[N, P, C]`.
  func means(of map: Value, over isInside: Value) -> Value {
    let weights = cast(isInside, to: .float)
    let shares = apply("Div", weights, reduced("ReduceSum", weights, over: [2], keepsAxes: true))
    return product(shares, places(of: map))
  }

  /// Means over strips of rows, the same in each image: `[N, P, C]`.
  func means(of map: Value, rows: [Range<Int>]) -> Value {
    let (height, width) = (map.shape[1], map.shape[2])
    let shares = rows.flatMap { strip in
      (0..<height).flatMap { row in
        [Float](repeating: strip.contains(row) ? 1 / Float(strip.count * width) : 0, count: width)
      }
    }
    return apply(
      "MatMul", floats(shares, shape: [rows.count, height * width]), places(of: map),
      shape: [rows.count, map.shape[0]])
  }

  /// A map's places as rows of their channels: `[N, C, H, W]` to `[N, H·W, C]`.
  func places(of map: Value) -> Value { transposed(flat(map), 2, 1) }

  /// `[N, C, H, W]` to `[N, C, H·W]`.
  func flat(_ map: Value) -> Value { reshaped(map, [map.shape[0], map.shape[1] * map.shape[2]]) }

  /// Whether each number of an axis lies in each range.
  ///
  /// - Parameters:
  ///   - count: numbers of the axis.
  ///   - lower: double `[N or 1, P, 1]`.
  ///   - upper: double `[N or 1, P, 1]`.
  /// - Returns: bool `[N or 1, P, count]`.
  func isWithin(_ count: Int, from lower: Value, to upper: Value) -> Value {
    let numbers = counted(count, shape: [1, 1, count])
    let shape = [lower.shape[0], count]
    return apply(
      "And", apply("GreaterOrEqual", numbers, lower, shape: shape, type: .bool),
      apply("Less", numbers, upper, shape: shape, type: .bool))
  }

  /// How many channels of each image peak at each place, in double precision `[N, H·W]`: the first maximum in row-major
  /// order. A channel that is nowhere above zero has none.
  func peaks(of map: Value) -> Value {
    let places = flat(map)
    let first = apply(
      "ArgMax", places, attributes: ["axis": .int(2), "keepdims": .int(1)], shape: [map.shape[0], 1], type: .int64)
    let isPositive = apply("Greater", reduced("ReduceMax", places, over: [2], keepsAxes: true), float(0), type: .bool)
    let isHere = apply(
      "Equal", first, integers(Array(0..<places.shape[1]), shape: [1, 1, places.shape[1]]), shape: places.shape,
      type: .bool)
    let isPeak = apply("And", isHere, isPositive)
    return cast(reduced("ReduceSum", cast(isPeak, to: .float), over: [1]), to: .double)
  }

  /// The nearest of several centres for each place: bool `[N, places, K]`, one of K true, the first of equals.
  ///
  /// - Parameter distances: `[N, places, K]`.
  func isNearest(_ distances: Value) -> Value {
    let nearest = apply(
      "ArgMin", distances, attributes: ["axis": .int(2), "keepdims": .int(1)], shape: [distances.shape[0], 1],
      type: .int64)
    let numbers = integers(Array(0..<distances.shape[1]), shape: [1, 1, distances.shape[1]])
    return apply("Equal", nearest, numbers, shape: distances.shape, type: .bool)
  }

  /// The mean of what belongs to each centre, or the centre itself where nothing does: `[N, K]`.
  ///
  /// - Parameters:
  ///   - sums: double `[N, K]`.
  ///   - members: double `[N, K]`.
  func moved(_ centres: Value, sums: Value, members: Value) -> Value {
    apply(
      "Where", apply("Greater", members, double(0), type: .bool), apply("Div", sums, members), centres,
      shape: centres.shape, type: .double)
  }

  /// ``Tape/cut(_:of:)``.
  func cut(_ box: MapBox, of images: Value) -> Value { slice(slice(images, box.rows, along: 2), box.columns, along: 3) }

  /// ``Tape/redrawn(_:boxes:by:)``: `[N, C, H, W]` and maps of `[N, 6]`.
  func redrawn(_ images: Value, boxes: [MapBox], by maps: [Value]) -> Value {
    let (height, width) = (images.shape[1], images.shape[2])
    var kept = [Float](repeating: 1, count: height * width)
    for box in boxes { for row in box.rows { for column in box.columns { kept[row * width + column] = 0 } } }
    let rest = apply("Mul", images, floats(kept, shape: [1, 1, height, width]))
    return zip(boxes, maps).reduce(rest) { drawn, next in
      let (box, map) = next
      let (rows, columns) = (box.rows.count, box.columns.count)
      // u, v and 1 of each pixel: what θ is applied to.
      let pixels = (0..<rows * columns).flatMap { pixel -> [Float] in
        [
          Float((2 * Double(pixel % columns) + 1) / Double(columns) - 1),
          Float((2 * Double(pixel / columns) + 1) / Double(rows) - 1), 1,
        ]
      }
      let places = apply(
        "MatMul", floats(pixels, shape: [rows * columns, 3]), transposed(reshaped(map, [2, 3]), 2, 1),
        shape: [rows * columns, 2], type: .float)
      let piece = apply(
        "GridSample", cut(box, of: images), reshaped(places, [rows, columns, 2]),
        attributes: ["mode": .string("bilinear"), "padding_mode": .string("zeros"), "align_corners": .int(0)])
      let margins = [
        (0, 0), (box.rows.lowerBound, height - box.rows.upperBound),
        (box.columns.lowerBound, width - box.columns.upperBound),
      ]
      return apply("Add", drawn, padded(piece, margins))
    }
  }
}
