import Foundation
import Models
import Support
import SwiftProtobuf
import Trained

/// A trained network as an ONNX model: in evaluation, for any number of images.
package struct NetworkModel {
  /// An input or output, for a listing.
  package struct Port: Encodable, Sendable {
    package let name: String
    package let type: String
    /// Each dimension's size, or what it is called where it is open.
    package let shape: [String]

    init(_ value: OperatorGraph.Value) {
      (name, type) = (value.name, "\(value.type)")
      shape = value.dimensions.map { $0.size.map(String.init) ?? $0.name }
    }
  }

  package var inputs: [Port] { network.graph.inputs.map(Port.init) }
  package var outputs: [Port] { network.graph.outputs.map(Port.init) }
  /// What the model leaves out of what the run does, in sentences.
  package var remarks: [String] { network.remarks }
  let network: NetworkGraph
  private let message: Onnx_ModelProto

  /// - Throws: ``PlainError`` where the weights do not fit into a file.
  package init(of run: TrainedRun, input: NetworkInput) throws(PlainError) {
    network = NetworkGraph(of: run, input: input)
    let record = ModelRecord(network)
    message = try Onnx_ModelProto(network.graph, named: record.identity, metadata: try record.metadata)
  }

  /// Writes the model, whole or not at all.
  ///
  /// - Parameter report: told how many of how many bytes are written.
  /// - Returns: the file's bytes.
  package func write(to file: URL, report: (Int, _ of: Int) -> Void = { _, _ in }) throws -> Int {
    let bytes = try message.serializedBytes() as [UInt8]
    let replacement = try FileReplacement(of: file)
    for start in stride(from: 0, to: bytes.count, by: Self.piece) {
      let end = min(start + Self.piece, bytes.count)
      try replacement.write(bytes[start..<end])
      report(end, bytes.count)
    }
    try replacement.commit()
    return bytes.count
  }

  private static let piece = 1 << 23

  /// Protocol buffers count a message's bytes in 31 bits; what is not weights takes less than the rest.
  private static let mostBytesOfWeights = Int(Int32.max) - (64 << 20)

  /// - Throws: ``PlainError`` where the weights do not fit into a file.
  package static func check(bytesOfWeights bytes: Int) throws(PlainError) {
    guard bytes > mostBytesOfWeights else { return }
    throw PlainError(
      "the weights take \(Wording.grouped(bytes)) bytes, and a file of ONNX holds at most 2 GiB; --to FOLDER/ writes "
        + "safetensors, which have no such bound")
  }
}
