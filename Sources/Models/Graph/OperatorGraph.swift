import Foundation

/// A network in evaluation as operators of ONNX's standard set, in the order in which they run.
///
/// Each module writes its operators beside its forward pass. Maps have their channels first, as ONNX has them:
/// `[N, C, H, W]`. How many images a pass sees is open; every other size is known.
///
/// Source: the ONNX operator specification, version 18.
package final class OperatorGraph {
  /// The version of the operator set.
  package static let version = 18

  package enum ElementType: Sendable {
    case float, double, int64, uint8, bool
  }

  /// A tensor that an operator gives, or an input.
  package struct Value: Hashable, Sendable {
    package let name: String
    /// The dimensions behind the first, which is that of the images; −1 where it is open, too.
    package let shape: [Int]
    package let type: ElementType
  }

  /// Numbers that are the same in every pass.
  package struct Constant: Sendable {
    package enum Numbers: Hashable, Sendable {
      case floats([Float])
      case doubles([Double])
      case integers([Int64])
    }

    package let name: String
    /// All dimensions; none for a single number.
    package let shape: [Int]
    package let numbers: Numbers
  }

  package enum Attribute: Sendable {
    case int(Int)
    case ints([Int])
    case float(Float)
    case string(String)
  }

  package struct Node: Sendable {
    package let name: String
    /// The operator's name in the specification: `Conv`.
    package let kind: String
    package let inputs: [String]
    package let outputs: [String]
    package let attributes: [String: Attribute]
  }

  package private(set) var inputs: [Value] = []
  package private(set) var outputs: [Value] = []
  package private(set) var nodes: [Node] = []
  package private(set) var constants: [Constant] = []
  /// What the names of the nodes to come begin with, up to a slash: the part of the network that they belong to.
  package var scope = "network"

  private var places: [String: Int] = [:]
  private var small: [Constant.Key: String] = [:]
  /// The constants that are no numbers of the network's: those without a name of their own.
  package var unnamed: Set<String> { Set(small.values) }

  package init() {}

  /// Something that an operator reads.
  package func input(_ name: String, shape: [Int], type: ElementType = .float) -> Value {
    let value = Value(name: name, shape: shape, type: type)
    inputs.append(value)
    return value
  }

  /// Gives a value a name of its own among the graph's outputs.
  package func output(_ value: Value, named name: String) {
    nodes.append(Node(name: name, kind: "Identity", inputs: [value.name], outputs: [name], attributes: [:]))
    outputs.append(Value(name: name, shape: value.shape, type: value.type))
  }

  /// Adds an operator of one output.
  ///
  /// - Parameters:
  ///   - shape: of the output, behind the images' dimension; nil for that of the first value that it reads.
  ///   - type: of the output; nil for that of the first value that it reads.
  package func apply(
    _ kind: String, _ operands: any GraphOperand..., attributes: [String: Attribute] = [:], shape: [Int]? = nil,
    type: ElementType? = nil
  ) -> Value {
    let first = operands.lazy.compactMap { $0 as? Value }.first
    return add(
      kind, operands.map(\.name), attributes,
      giving: [(shape ?? first?.shape ?? [], type ?? first?.type ?? .float)])[0]
  }

  /// Adds an operator of several outputs.
  package func add(
    _ kind: String, _ operands: [String], _ attributes: [String: Attribute],
    giving outputs: [(shape: [Int], type: ElementType)]
  ) -> [Value] {
    let name = "\(scope)/\(kind)_\(nodes.count)"
    let values = outputs.enumerated().map { place, output in
      Value(name: outputs.count == 1 ? name : "\(name):\(place)", shape: output.shape, type: output.type)
    }
    nodes.append(Node(name: name, kind: kind, inputs: operands, outputs: values.map(\.name), attributes: attributes))
    return values
  }

  /// Numbers under a name, each name once.
  package func constant(_ name: String, _ numbers: @autoclosure () -> Constant.Numbers, shape: [Int]) -> Constant {
    if let place = places[name] { return constants[place] }
    let constant = Constant(name: name, shape: shape, numbers: numbers())
    places[name] = constants.count
    constants.append(constant)
    return constant
  }

  /// Numbers without a name; equal ones are kept once.
  private func constant(_ numbers: Constant.Numbers, shape: [Int]) -> Constant {
    let key = Constant.Key(numbers: numbers, shape: shape)
    let name = small[key] ?? "constant_\(small.count)"
    small[key] = name
    return constant(name, numbers, shape: shape)
  }

  package func floats(_ numbers: [Float], shape: [Int]) -> Constant { constant(.floats(numbers), shape: shape) }
  package func doubles(_ numbers: [Double], shape: [Int]) -> Constant { constant(.doubles(numbers), shape: shape) }
  package func integers(_ numbers: [Int], shape: [Int]? = nil) -> Constant {
    constant(.integers(numbers.map(Int64.init)), shape: shape ?? [numbers.count])
  }
  package func float(_ number: Float) -> Constant { floats([number], shape: []) }
  package func double(_ number: Double) -> Constant { doubles([number], shape: []) }
}

/// What an operator reads: a value or numbers that are always the same.
package protocol GraphOperand {
  var name: String { get }
}

extension OperatorGraph.Value: GraphOperand {}
extension OperatorGraph.Constant: GraphOperand {}

extension OperatorGraph.Constant {
  fileprivate struct Key: Hashable {
    let numbers: Numbers
    let shape: [Int]
  }

  /// Bytes of the numbers.
  package var byteCount: Int {
    switch numbers {
    case .floats(let numbers): numbers.count * 4
    case .doubles(let numbers): numbers.count * 8
    case .integers(let numbers): numbers.count * 8
    }
  }
}
