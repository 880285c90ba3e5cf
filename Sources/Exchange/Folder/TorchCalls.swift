import Models
import Support

/// Turns ONNX's operators into calls of PyTorch's, as far as a network of this project has them.
struct TorchCalls {
  private(set) var steps: [TorchGraph.Step] = []
  private let constants: [String: OperatorGraph.Constant]
  private let nodes: [String: OperatorGraph.Node]

  init(of graph: OperatorGraph) {
    constants = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.name, $0) })
    nodes = Dictionary(uniqueKeysWithValues: graph.nodes.flatMap { node in node.outputs.map { ($0, node) } })
  }

  /// Operators that are given the same values in both.
  private static let alike = [
    "Abs": "abs", "Add": "add", "And": "logical_and", "Ceil": "ceil", "Clip": "clamp", "Div": "div", "Equal": "eq",
    "Floor": "floor", "Gemm": "linear", "Greater": "gt", "GreaterOrEqual": "ge", "Identity": "alias", "Less": "lt",
    "LessOrEqual": "le", "MatMul": "matmul", "Max": "maximum", "Min": "minimum", "Mul": "mul", "Relu": "relu",
    "Sigmoid": "sigmoid", "Sqrt": "sqrt", "Sub": "sub", "Tanh": "tanh", "Where": "where",
  ]
  private static let reductions = ["ReduceMax": "amax", "ReduceMean": "mean", "ReduceMin": "amin", "ReduceSum": "sum"]

  /// - Throws: ``PlainError`` where the operator has no counterpart here.
  mutating func add(_ node: OperatorGraph.Node) throws(PlainError) {
    let (inputs, attributes) = (node.inputs, node.attributes)
    let x = TorchGraph.Operand.value(inputs[0])
    if let name = Self.alike[node.kind] { return call(name, inputs.map { .value($0) }, giving: node) }
    if let name = Self.reductions[node.kind] { return reduce(name, x, node) }
    switch node.kind {
    case "ReduceSumSquare": reduce("sum", .value(intermediate("square", [x], of: node)), node)
    case "ReduceL1": reduce("sum", .value(intermediate("abs", [x], of: node)), node)
    case "ArgMax", "ArgMin":
      call(
        node.kind.lowercased(), [x, .int(attributes.int("axis")), .flag(attributes.int("keepdims") == 1)], giving: node)
    case "Softmax": call("softmax", [x, .int(attributes.int("axis"))], giving: node)
    case "CumSum": call("cumsum", [x, .int(integers(inputs[1])[0])], giving: node)
    case "Conv":
      let bias = inputs.count > 2 ? TorchGraph.Operand.value(inputs[2]) : .none
      call(
        "conv2d",
        [
          x, .value(inputs[1]), bias, .ints(attributes.ints("strides")),
          .ints(Array(attributes.ints("pads").prefix(2))),
        ],
        giving: node)
    case "BatchNormalization":
      let numbers = inputs.map(TorchGraph.Operand.value)
      let epsilon = TorchGraph.Operand.number(attributes.float("epsilon"))
      // In evaluation, with no momentum, by no library of its own.
      call("batch_norm", numbers + [.flag(false), .number(0), epsilon, .flag(false)], giving: node)
    case "MaxPool":
      let pads = Array(attributes.ints("pads").prefix(2))
      call(
        "max_pool2d",
        [x, .ints(attributes.ints("kernel_shape")), .ints(attributes.ints("strides")), .ints(pads)], giving: node)
    case "AveragePool":
      call("avg_pool2d", [x, .ints(attributes.ints("kernel_shape")), .ints(attributes.ints("strides"))], giving: node)
    case "Resize":
      let scales = floats(inputs[2]).dropFirst(2).map(TorchGraph.Operand.number)
      call("upsample_nearest2d", [x, .none, .list(scales)], giving: node)
    case "GridSample":
      // Bilinear, zeros outside, corners of pixels and not their centres at the ends.
      call("grid_sampler", [x, .value(inputs[1]), .int(0), .int(0), .flag(false)], giving: node)
    default: try addMove(node)
    }
  }

  /// Operators that move numbers about.
  private mutating func addMove(_ node: OperatorGraph.Node) throws(PlainError) {
    let (inputs, attributes) = (node.inputs, node.attributes)
    let x = TorchGraph.Operand.value(inputs[0])
    switch node.kind {
    case "Cast":
      let type = TorchGraph.Operand.int(try Self.type(attributes.int("to")))
      guard nodes[inputs[0]]?.kind == "Shape" else { return call("to", [x, type], giving: node) }
      // A side is a plain number in Python.
      call("to", [.value(intermediate("full", [.ints([1]), x], of: node)), type], giving: node)
    case "Concat":
      // A shape in the making: who expands to it reads its parts.
      if nodes[inputs[0]]?.kind == "Shape" { return }
      call("cat", [.list(inputs.map { .value($0) }), .int(attributes.int("axis"))], giving: node)
    case "Expand":
      guard let shape = nodes[inputs[1]], shape.kind == "Concat" else { throw unknown(node) }
      let sides = shape.inputs.flatMap { name -> [TorchGraph.Operand] in
        constants[name] == nil ? [.value(name)] : integers(name).map(TorchGraph.Operand.int)
      }
      call("expand", [x, .list(sides)], giving: node)
    case "Gather": gather(node)
    case "GatherElements": call("gather", [x, .int(attributes.int("axis")), .value(inputs[1])], giving: node)
    case "Pad":
      let (pads, sides) = (integers(inputs[1]), integers(inputs[1]).count / 2)
      // PyTorch counts the axes from the last one.
      let margins = (0..<sides).reversed().flatMap { [pads[$0], pads[$0 + sides]] }
      call(
        "constant_pad_nd", [x, .ints(margins), .number(inputs.count > 2 ? floats(inputs[2])[0] : 0)], giving: node)
    case "Range":
      // Numbers of steps of one from zero on.
      let end = TorchGraph.Operand.value(intermediate("item", [.value(inputs[1])], of: node))
      let numbers = "\(node.name).numbers"
      steps.append(.init(calls: "arange", with: [end], gives: numbers))
      call("to", [.value(numbers), .int(try Self.type(OperatorGraph.ElementType.double.code))], giving: node)
    case "Reshape": call("reshape", [x, .ints(integers(inputs[1]))], giving: node)
    case "Shape": call("sym_size", [x, .int(attributes.int("start"))], giving: node)
    case "Slice":
      let (axis, start, end) = (integers(inputs[3])[0], integers(inputs[1])[0], integers(inputs[2])[0])
      call("slice", [x, .int(axis), .int(start), .int(end)], giving: node)
    case "Split":
      var start = 0
      for (name, size) in zip(node.outputs, integers(inputs[1])) {
        steps.append(
          .init(calls: "narrow", with: [x, .int(attributes.int("axis")), .int(start), .int(size)], gives: name))
        start += size
      }
    case "Squeeze": call("squeeze", [x, .ints(integers(inputs[1]))], giving: node)
    case "TopK":
      // Of all: an order, from the smallest on.
      steps.append(
        .init(calls: "argsort", with: [x, .int(attributes.int("axis")), .flag(false)], gives: node.outputs[1]))
    case "Transpose": call("permute", [x, .ints(attributes.ints("perm"))], giving: node)
    case "Unsqueeze":
      guard integers(inputs[1]).count == 1 else { throw unknown(node) }
      call("unsqueeze", [x, .int(integers(inputs[1])[0])], giving: node)
    default: throw unknown(node)
    }
  }

  private mutating func gather(_ node: OperatorGraph.Node) {
    let (source, axis) = (node.inputs[0], node.attributes.int("axis"))
    let x = TorchGraph.Operand.value(source)
    guard constants[node.inputs[1]]?.shape == [] else {
      let everything = [TorchGraph.Operand](repeating: .none, count: axis)
      return call("index", [x, .list(everything + [.value(node.inputs[1])])], giving: node)
    }
    let place = integers(node.inputs[1])[0]
    guard place == -1, let sums = nodes[source], sums.kind == "CumSum" else {
      return call("select", [x, .int(axis), .int(place)], giving: node)
    }
    call(TorchGraph.orderedSum, [.value(sums.inputs[0]), .int(axis)], giving: node)
  }

  // MARK: Steps

  private mutating func call(_ name: String, _ operands: [TorchGraph.Operand], giving node: OperatorGraph.Node) {
    steps.append(.init(calls: name, with: operands, gives: node.outputs[0]))
  }

  /// A step on the way to a node's own; gives its value's name.
  private mutating func intermediate(
    _ name: String, _ operands: [TorchGraph.Operand], of node: OperatorGraph.Node
  ) -> String {
    steps.append(.init(calls: name, with: operands, gives: "\(node.name).\(name)"))
    return "\(node.name).\(name)"
  }

  private mutating func reduce(_ name: String, _ x: TorchGraph.Operand, _ node: OperatorGraph.Node) {
    let axes = TorchGraph.Operand.ints(integers(node.inputs[1]))
    call(name, [x, axes, .flag(node.attributes.int("keepdims") == 1)], giving: node)
  }

  // MARK: Numbers

  private func integers(_ name: String) -> [Int] {
    guard case .integers(let numbers)? = constants[name]?.numbers else { return [] }
    return numbers.map(Int.init)
  }

  private func floats(_ name: String) -> [Double] {
    guard case .floats(let numbers)? = constants[name]?.numbers else { return [] }
    return numbers.map(Double.init)
  }

  /// PyTorch's number of a type by ONNX's.
  private static func type(_ code: Int) throws(PlainError) -> Int {
    let types: [(OperatorGraph.ElementType, Int)] = [(.uint8, 0), (.int64, 4), (.float, 6), (.double, 7), (.bool, 11)]
    guard let type = types.first(where: { $0.0.code == code }) else {
      throw PlainError("numbers of ONNX's type \(code) have no counterpart in PyTorch here")
    }
    return type.1
  }

  private func unknown(_ node: OperatorGraph.Node) -> PlainError {
    PlainError(
      "\(node.name): ONNX's operator \(node.kind) has no counterpart in PyTorch here; --to MODEL.onnx writes the network"
    )
  }
}

extension [String: OperatorGraph.Attribute] {
  fileprivate func int(_ name: String) -> Int {
    guard case .int(let number)? = self[name] else { return 0 }
    return number
  }

  fileprivate func ints(_ name: String) -> [Int] {
    guard case .ints(let numbers)? = self[name] else { return [] }
    return numbers
  }

  fileprivate func float(_ name: String) -> Double {
    guard case .float(let number)? = self[name] else { return 0 }
    return Double(number)
  }
}
