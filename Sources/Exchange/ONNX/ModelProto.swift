import Foundation
import Models
import Support
import SwiftProtobuf

/// A graph of operators as a message of ONNX's own description.
///
/// `Generated/onnx-ml.pb.swift` was made of `onnx-ml.proto` of ONNX 1.23.2, by protoc 3.21.12 and swift-protobuf 1.39.0:
///
///     git clone --branch 1.39.0 https://github.com/apple/swift-protobuf && cd swift-protobuf
///     swift build --configuration release --product protoc-gen-swift
///     pip install --target onnx-package onnx==1.23.2
///     protoc --plugin=.build/release/protoc-gen-swift --proto_path=onnx-package/onnx \
///       --swift_out=../aanet/Sources/Exchange/ONNX/Generated onnx-ml.proto
extension Onnx_ModelProto {
  /// The version of the format that the messages are of: the first that has operator set 18.
  private static let irVersion: Int64 = 8

  /// - Parameter metadata: free text by name.
  /// - Throws: ``PlainError`` where the weights do not fit into a message.
  init(_ graph: OperatorGraph, named name: String, metadata: [(name: String, text: String)]) throws(PlainError) {
    try NetworkModel.check(bytesOfWeights: graph.constants.reduce(0) { $0 + $1.byteCount })
    self.init()
    irVersion = Self.irVersion
    producerName = "aanet"
    var operators = Onnx_OperatorSetIdProto()
    operators.version = Int64(OperatorGraph.version)
    opsetImport = [operators]
    metadataProps = metadata.map { name, text in
      var entry = Onnx_StringStringEntryProto()
      (entry.key, entry.value) = (name, text)
      return entry
    }
    var message = Onnx_GraphProto()
    message.name = name
    message.input = graph.inputs.map(Onnx_ValueInfoProto.init)
    message.output = graph.outputs.map(Onnx_ValueInfoProto.init)
    message.initializer = graph.constants.map(Onnx_TensorProto.init)
    message.node = graph.nodes.map(Onnx_NodeProto.init)
    self.graph = message
  }
}

extension Onnx_NodeProto {
  init(_ node: OperatorGraph.Node) {
    self.init()
    (name, opType, input, output) = (node.name, node.kind, node.inputs, node.outputs)
    attribute = node.attributes.sorted { $0.key < $1.key }.map { name, value in
      var attribute = Onnx_AttributeProto()
      attribute.name = name
      switch value {
      case .int(let number): (attribute.type, attribute.i) = (.int, Int64(number))
      case .ints(let numbers): (attribute.type, attribute.ints) = (.ints, numbers.map(Int64.init))
      case .float(let number): (attribute.type, attribute.f) = (.float, number)
      case .string(let text): (attribute.type, attribute.s) = (.string, Data(text.utf8))
      }
      return attribute
    }
  }
}

extension Onnx_ValueInfoProto {
  /// How many images there are is open, and called `N`; another open side is called after the value and its place.
  init(_ value: OperatorGraph.Value) {
    self.init()
    name = value.name
    var tensor = Onnx_TypeProto.Tensor()
    tensor.elemType = Int32(value.type.code)
    tensor.shape.dim = value.dimensions.map { size, name in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if let size { dimension.dimValue = Int64(size) } else { dimension.dimParam = name }
      return dimension
    }
    type.tensorType = tensor
  }
}

extension OperatorGraph.Value {
  /// All dimensions: the size, nil where it is open, and what an open one is called.
  var dimensions: [(size: Int?, name: String)] {
    [(nil, "N")] + shape.enumerated().map { ($1 < 0 ? nil : $1, "\(name)_side_\($0 + 1)") }
  }
}

extension Onnx_TensorProto {
  init(_ constant: OperatorGraph.Constant) {
    switch constant.numbers {
    case .floats(let numbers): self.init(numbers, .float, shape: constant.shape)
    case .doubles(let numbers): self.init(numbers, .double, shape: constant.shape)
    case .integers(let numbers): self.init(numbers, .int64, shape: constant.shape)
    }
    name = constant.name
  }

  /// Numbers as their bytes, the lowest first, as all machines have them that the program runs on.
  init<Number: BitwiseCopyable>(_ numbers: [Number], _ type: OperatorGraph.ElementType, shape: [Int]) {
    self.init()
    dataType = Int32(type.code)
    dims = shape.map(Int64.init)
    rawData = numbers.withUnsafeBytes { Data($0) }
  }
}
