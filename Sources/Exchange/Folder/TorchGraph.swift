import Foundation
import Models
import Support

/// A graph of ONNX's operators as calls of PyTorch's own (ATen), one after the other: what `model.py` runs.
///
/// Source: `native_functions.yaml` of PyTorch 2, for the operators' names and the order of what they are given.
struct TorchGraph {
  /// A call: of an operator, with values by name and plain numbers, giving a value. Behind it some are needed no more.
  struct Step: Encodable {
    let calls: String
    let with: [Operand]
    let gives: String
    var frees: [String] = []
  }

  indirect enum Operand: Encodable {
    case value(String)
    case int(Int)
    case number(Double)
    case flag(Bool)
    case list([Operand])
    case none

    static func ints(_ numbers: [Int]) -> Operand { .list(numbers.map(Operand.int)) }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .value(let name): try container.encode(name)
      case .int(let number): try container.encode(number)
      case .number(let number): try container.encode(number)
      case .flag(let flag): try container.encode(flag)
      case .list(let operands): try container.encode(operands)
      case .none: try container.encodeNil()
      }
    }

    /// The values that it names.
    var names: [String] {
      switch self {
      case .value(let name): [name]
      case .list(let operands): operands.flatMap(\.names)
      default: []
      }
    }
  }

  /// The sum along an axis in the order of its numbers, which no operator of ATen's gives in single precision; `model.py`
  /// has it.
  static let orderedSum = "ordered_sum"

  let steps: [Step]
  private let constants: [OperatorGraph.Constant]
  private let outputs: [String]

  /// - Throws: ``PlainError`` where an operator has no counterpart here.
  init(_ graph: OperatorGraph) throws(PlainError) {
    var calls = TorchCalls(of: graph)
    for node in graph.nodes { try calls.add(node) }
    outputs = graph.outputs.map(\.name)
    // From the end on: a step that nobody reads is left out, and who reads a value last frees it.
    let given = Set(graph.inputs.map(\.name) + graph.constants.map(\.name))
    var read = Set(outputs)
    var kept: [Step] = []
    for var step in calls.steps.reversed() where read.contains(step.gives) {
      for name in step.with.flatMap(\.names) where read.insert(name).inserted && !given.contains(name) {
        step.frees.append(name)
      }
      kept.append(step)
    }
    steps = kept.reversed()
    constants = graph.constants.filter { graph.unnamed.contains($0.name) && read.contains($0.name) }
  }

  /// The graph as JSON, a line for each step and constant.
  func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func lines(_ values: some Sequence<some Encodable>) throws -> String {
      try values.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: ",\n")
    }
    return Data(
      """
      {"constants": [
      \(try lines(constants.map(Stored.init)))
      ], "steps": [
      \(try lines(steps))
      ], "outputs": [
      \(try lines(outputs))
      ]}

      """.utf8)
  }

  /// A constant, its numbers in row-major order under a name of PyTorch's for their type.
  private struct Stored: Encodable {
    let name: String
    let type: String
    let shape: [Int]
    let numbers: [Double]

    init(_ constant: OperatorGraph.Constant) {
      (name, shape) = (constant.name, constant.shape)
      switch constant.numbers {
      case .floats(let floats): (type, numbers) = ("float32", floats.map(Double.init))
      case .doubles(let doubles): (type, numbers) = ("float64", doubles)
      case .integers(let integers): (type, numbers) = ("int64", integers.map(Double.init))
      }
    }
  }
}
