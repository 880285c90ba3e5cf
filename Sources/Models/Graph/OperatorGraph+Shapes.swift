/// Operators that move numbers about, and sums over dimensions. Axes count from the images' dimension, which is 0.
extension OperatorGraph {
  /// A reduction (`ReduceMean`) over some axes, none of them that of the images.
  package func reduced(_ kind: String, _ x: Value, over axes: [Int], keepsAxes: Bool = false) -> Value {
    let shape = x.shape.enumerated().compactMap { place, size in
      axes.contains(place + 1) ? (keepsAxes ? 1 : nil) : size
    }
    return apply(kind, x, integers(axes), attributes: ["keepdims": .int(keepsAxes ? 1 : 0)], shape: shape)
  }

  /// The mean of each channel of a map: `[N, C, H, W]` to `[N, C]`.
  package func mean(_ map: Value) -> Value { reduced("ReduceMean", map, over: [2, 3]) }

  package func cast(_ x: Value, to type: ElementType) -> Value {
    x.type == type ? x : apply("Cast", x, attributes: ["to": .int(type.code)], type: type)
  }

  /// - Parameter shape: behind the images' dimension.
  package func reshaped(_ x: Value, _ shape: [Int]) -> Value {
    apply("Reshape", x, integers([-1] + shape), shape: shape)
  }

  /// - Parameter axes: where each axis behind the images' comes from.
  package func transposed(_ x: Value, _ axes: Int...) -> Value {
    apply("Transpose", x, attributes: ["perm": .ints([0] + axes)], shape: axes.map { x.shape[$0 - 1] })
  }

  /// Values side by side along an axis.
  package func joined(_ values: [Value], along axis: Int = 1) -> Value {
    guard values.count > 1 else { return values[0] }
    var shape = values[0].shape
    shape[axis - 1] = values.reduce(0) { $0 + $1.shape[axis - 1] }
    return add("Concat", values.map(\.name), ["axis": .int(axis)], giving: [(shape, values[0].type)])[0]
  }

  /// Each of what stands along an axis: `[N, P, Z]` to P of `[N, Z]`.
  package func each(_ x: Value, along axis: Int = 1) -> [Value] {
    let count = x.shape[axis - 1]
    var shape = x.shape
    shape[axis - 1] = 1
    let ones = integers([Int](repeating: 1, count: count))
    let pieces =
      count == 1
      ? [x]
      : add(
        "Split", [x.name, ones.name], ["axis": .int(axis)], giving: Array(repeating: (shape, x.type), count: count))
    shape.remove(at: axis - 1)
    return pieces.map { apply("Squeeze", $0, integers([axis]), shape: shape) }
  }

  /// A stretch of an axis.
  package func slice(_ x: Value, _ range: Range<Int>, along axis: Int) -> Value {
    guard range != 0..<x.shape[axis - 1] else { return x }
    var shape = x.shape
    shape[axis - 1] = range.count
    return apply(
      "Slice", x, integers([range.lowerBound]), integers([range.upperBound]), integers([axis]), shape: shape)
  }

  /// A further axis of size 1.
  package func widened(_ x: Value, at axis: Int) -> Value {
    var shape = x.shape
    shape.insert(1, at: axis - 1)
    return apply("Unsqueeze", x, integers([axis]), shape: shape)
  }

  /// Zeros around a value.
  ///
  /// - Parameter margins: before and behind each axis but that of the images.
  package func padded(_ x: Value, _ margins: [(before: Int, behind: Int)]) -> Value {
    guard margins.contains(where: { $0 != (0, 0) }) else { return x }
    return apply(
      "Pad", x, integers([0] + margins.map(\.before) + [0] + margins.map(\.behind)),
      shape: zip(x.shape, margins).map { $0 + $1.before + $1.behind })
  }

  /// The product of matrices, the last two axes of each.
  package func product(_ a: Value, _ b: Value) -> Value {
    apply("MatMul", a, b, shape: a.shape.dropLast() + [b.shape[b.shape.count - 1]])
  }

  /// Something that is the same for all images, once for each image of a batch.
  ///
  /// - Parameters:
  ///   - constant: `[1]` + shape.
  ///   - batch: of as many images.
  package func repeated(_ constant: Constant, shape: [Int], type: ElementType, forEachOf batch: Value) -> Value {
    let count = apply("Shape", batch, attributes: ["start": .int(0), "end": .int(1)], shape: [], type: .int64)
    let whole = add("Concat", [count.name, integers(shape).name], ["axis": .int(0)], giving: [([], .int64)])[0]
    return add("Expand", [constant.name, whole.name], [:], giving: [(shape, type)])[0]
  }
}

extension OperatorGraph.ElementType {
  /// The type's number in ONNX's `TensorProto.DataType`.
  package var code: Int {
    switch self {
    case .float: 1
    case .uint8: 2
    case .int64: 7
    case .bool: 9
    case .double: 11
    }
  }
}
