import Documents
import Experiments
import Foundation
import Models
import Runs
import Support
import Trained

/// A trained network as a folder that a model hub takes: weights under PyTorch's names, what is computed with them, what
/// they are of, a card, and a program that makes the descriptor.
package struct TorchFolder {
  /// The files, as they are listed.
  package enum File: String, CaseIterable, Sendable {
    case weights = "model.safetensors"
    case graph = "graph.json"
    case configuration = "config.json"
    case program = "model.py"
    case plan = "plan.yaml"
    case card = "README.md"
  }

  package let run: TrainedRun
  private let card: ModelCard

  /// - Parameter verdicts: what the runs say of the paper's claims that this one bears on, each a line.
  /// - Throws: what reading the run's record throws.
  package init(of run: TrainedRun, in store: RunStore, verdicts: [String] = []) throws {
    guard run.model.layout.length > 0 else {
      throw PlainError(
        "\(Wording.printable(run.name)): no task of it puts anything into a descriptor, so that there is nothing for a "
          + "program to make; --to MODEL.onnx writes what it gives")
    }
    self.run = run
    card = try ModelCard(of: run, in: store, verdicts: verdicts)
  }

  /// Whether a folder holds what an export wrote.
  package static func isThere(_ folder: URL) -> Bool {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).contains { File(rawValue: $0) != nil }
  }

  /// Writes the folder, whole or not at all. One that holds anything else is left alone.
  ///
  /// - Returns: the files.
  package func write(to folder: URL) throws -> [URL] {
    try FolderSwap(folder, of: "model") { File(rawValue: $0) != nil }.fill { work in
      func place(_ file: File) -> URL { work.appendingPathComponent(file.rawValue, isDirectory: false) }
      _ = try WeightsExport.write(run.folder, to: place(.weights), backboneOnly: false)
      let network = NetworkGraph(of: run, input: .bytes)
      try AtomicFile.write(try TorchGraph(network.graph).data(), to: place(.graph))
      try AtomicFile.write(try configuration(of: network), to: place(.configuration))
      try AtomicFile.write(Data(TorchProgram.text.utf8), to: place(.program))
      try AtomicFile.write(try plan(), to: place(.plan))
      try AtomicFile.write(Data(card.text.utf8), to: place(.card))
      return File.allCases.map(\.rawValue)
    }
  }

  private func plan() throws -> Data {
    let file = run.folder.appendingPathComponent(RunStore.File.plan.rawValue, isDirectory: false)
    guard let plan = try AtomicFile.read(file, limit: 1 << 20) else { throw FileError(file, "is not there any more") }
    return plan
  }

  /// What whoever uses the model may want to know.
  private struct Configuration: Encodable {
    let run: String
    let dataset: String
    let size: [Int]
    let mean: [Double]
    let deviation: [Double]
    let blocks: [Int]
    let strides: [Int]
    let convolutions: Int
    let inputs: [NetworkModel.Port]
    let outputs: [NetworkModel.Port]
    let attributes: [ModelRecord.Attribute]
    let descriptor: [ModelRecord.Stretch]
    let unitLength: Bool

    enum CodingKeys: String, CodingKey {
      case run, dataset, size, mean, deviation, blocks, strides, convolutions, inputs, outputs, attributes, descriptor
      case unitLength = "unit_length"
    }
  }

  private func configuration(of network: NetworkGraph) throws -> Data {
    let (size, backbone) = (run.inputSize, run.model.configuration.backbone)
    let configuration = Configuration(
      run: Wording.printable(run.name), dataset: run.settings.dataset, size: [size.height, size.width],
      mean: OperatorGraph.normalization.mean, deviation: OperatorGraph.normalization.deviation,
      blocks: backbone.blocks, strides: backbone.strides, convolutions: backbone.block == .basic ? 2 : 3,
      inputs: network.graph.inputs.map(NetworkModel.Port.init),
      outputs: network.graph.outputs.map(NetworkModel.Port.init), attributes: ModelRecord.attributes(network),
      descriptor: ModelRecord.layout(of: run.model.layout), unitLength: run.settings.evaluate.isNormalized)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(configuration) + Data("\n".utf8)
  }
}
