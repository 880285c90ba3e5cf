import Layers

/// The layers of ``Tape`` in evaluation, under its names and with its rules.
extension OperatorGraph {
  /// A parameter's numbers, as PyTorch's files have them and under its name.
  func constant(_ parameter: Parameter) -> Constant {
    constant(parameter.name, .floats(parameter.storedValues), shape: parameter.storedShape)
  }

  /// ``Tape/convolution(_:_:bias:stride:padding:form:)``: `[N, C, H, W]` to `[N, K, H', W']`.
  func convolution(
    _ x: Value, _ weight: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Int = 0
  ) -> Value {
    let kernel = weight.storedShape
    let sides = (1...2).map { (x.shape[$0] + 2 * padding - kernel[$0 + 1]) / stride + 1 }
    let operands = [x.name, constant(weight).name] + (bias.map { [constant($0).name] } ?? [])
    return add(
      "Conv", operands,
      [
        "kernel_shape": .ints(Array(kernel[2...])), "strides": .ints([stride, stride]),
        "pads": .ints([Int](repeating: padding, count: 4)),
      ], giving: [([kernel[0]] + sides, .float)])[0]
  }

  /// ``Tape/convolution(_:_:stride:padding:then:activation:adding:)``.
  func convolution(
    _ x: Value, _ weight: Parameter, stride: Int = 1, padding: Int = 0, then norm: BatchNorm,
    activation: Activation = .rectified, adding shortcut: Value? = nil
  ) -> Value {
    batchNorm(
      convolution(x, weight, stride: stride, padding: padding), norm, activation: activation, adding: shortcut)
  }

  /// ``Tape/batchNorm(_:_:activation:adding:)`` of `[N, C, H, W]` or `[N, C]`.
  func batchNorm(
    _ x: Value, _ norm: BatchNorm, activation: Activation = .rectified, adding shortcut: Value? = nil
  ) -> Value {
    let layer = norm.weight.layer
    let channels = norm.weight.value.shape
    var y = apply(
      "BatchNormalization", x, constant(norm.weight), constant(norm.bias),
      constant("\(layer).running_mean", .floats(norm.runningMean.array), shape: channels),
      constant("\(layer).running_var", .floats(norm.runningVariance.array), shape: channels),
      attributes: ["epsilon": .float(Float(BatchNorm.epsilon))])
    if let shortcut { y = apply("Add", y, shortcut) }
    return activation == .rectified ? rectified(y) : y
  }

  /// ``Tape/linear(_:_:bias:)``.
  func linear(_ x: Value, _ weight: Parameter, bias: Parameter? = nil) -> Value {
    let operands = [x.name, constant(weight).name] + (bias.map { [constant($0).name] } ?? [])
    return add("Gemm", operands, ["transB": .int(1)], giving: [([weight.storedShape[0]], .float)])[0]
  }

  func rectified(_ x: Value) -> Value { apply("Relu", x) }
  func sigmoid(_ x: Value) -> Value { apply("Sigmoid", x) }

  func softmax(_ x: Value, along axis: Int) -> Value { apply("Softmax", x, attributes: ["axis": .int(axis)]) }

  /// ``Tape/maxPool(_:window:stride:padding:)``.
  func maxPool(_ x: Value, rows: Int, columns: Int, stride: Int, padding: Int) -> Value {
    let sides = zip(x.shape.dropFirst(), [rows, columns]).map { ($0 + 2 * padding - $1) / stride + 1 }
    return apply(
      "MaxPool", x,
      attributes: [
        "kernel_shape": .ints([rows, columns]), "strides": .ints([stride, stride]),
        "pads": .ints([Int](repeating: padding, count: 4)),
      ], shape: [x.shape[0]] + sides)
  }

  /// ``Tape/blockMeans(_:rows:columns:)``.
  func blockMeans(_ x: Value, rows: Int, columns: Int) -> Value {
    apply(
      "AveragePool", x, attributes: ["kernel_shape": .ints([rows, columns]), "strides": .ints([rows, columns])],
      shape: [x.shape[0], x.shape[1] / rows, x.shape[2] / columns])
  }

  /// A map enlarged to the sides of a finer one, each number repeated over a block.
  func enlarged(_ x: Value, to fine: Value) -> Value {
    let scales = (1...2).map { Float(fine.shape[$0] / x.shape[$0]) }
    // The second operand, a region of interest, is left out.
    return add(
      "Resize", [x.name, "", floats([1, 1] + scales, shape: [4]).name],
      [
        "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
        "nearest_mode": .string("floor"),
      ], giving: [([x.shape[0]] + fine.shape[1...], .float)])[0]
  }

  /// ``Tape/unitLength(_:least:)`` along the last axis.
  func unitLength(_ x: Value, least: Float = 1e-12) -> Value {
    let last = x.shape.count
    let square = reduced("ReduceSumSquare", x, over: [last], keepsAxes: true)
    let length = apply("Sqrt", square)
    return zero(where: apply("LessOrEqual", length, float(least), type: .bool), apply("Div", x, length))
  }

  /// ``Tape/unitSum(_:times:)``.
  func unitSum(_ x: Value, times sum: Float) -> Value {
    let total = reduced("ReduceL1", x, over: [1], keepsAxes: true)
    let scaled = apply("Mul", apply("Div", x, total), float(sum))
    return zero(where: apply("LessOrEqual", total, float(1e-12), type: .bool), scaled)
  }

  /// What is no number stays none where the condition is about it, too: it is not at most anything.
  func zero(where condition: Value, _ x: Value) -> Value {
    apply("Where", condition, float(0), x, shape: x.shape, type: x.type)
  }
}
