import Documents
import Experiments
import Foundation
import Models
import Runs
import Support
import Trained

/// A trained network as a folder that a model hub takes: weights under PyTorch's names, what they are of, a card, and a
/// program that makes the descriptor.
package struct TorchFolder {
  /// The files, as they are listed.
  package enum File: String, CaseIterable, Sendable {
    case weights = "model.safetensors"
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
      try AtomicFile.write(try configuration(), to: place(.configuration))
      try AtomicFile.write(Data(TorchProgram.text(of: run.model).utf8), to: place(.program))
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

  /// What the program reads.
  private struct Configuration: Encodable {
    struct Attribute: Encodable {
      let name: String
      let classes: [String]
      let region: String
      let attended: Bool
    }

    struct Given: Encodable {
      let name: String
      /// Channels, rows and columns.
      let shape: [Int]
    }

    let run: String
    let dataset: String
    let size: [Int]
    let mean: [Double]
    let deviation: [Double]
    let blocks: [Int]
    let strides: [Int]
    let convolutions: Int
    let attributes: [Attribute]
    let given: [Given]
    let descriptor: [ModelRecord.Stretch]
    let unitLength: Bool

    enum CodingKeys: String, CodingKey {
      case run, dataset, size, mean, deviation, blocks, strides, convolutions, attributes, given, descriptor
      case unitLength = "unit_length"
    }
  }

  private func configuration() throws -> Data {
    let (size, model) = (run.inputSize, run.model.configuration)
    let attended = model.tasks.attention?.chosen(from: model.labels) ?? []
    let configuration = Configuration(
      run: Wording.printable(run.name), dataset: run.settings.dataset, size: [size.height, size.width],
      mean: OperatorGraph.normalization.mean, deviation: OperatorGraph.normalization.deviation,
      blocks: model.backbone.blocks, strides: model.backbone.strides,
      convolutions: model.backbone.block == .basic ? 2 : 3,
      attributes: run.model.tasks.flatMap(\.network.attributeClassifiers).map { classifier in
        .init(
          name: classifier.attribute,
          classes: run.scheme.attributes.first { $0.name == classifier.attribute }?.classes ?? [],
          region: classifier.region.rawValue, attended: attended.contains(classifier.attribute))
      },
      given: model.inputs(height: size.height, width: size.width).map {
        .init(name: $0.portName, shape: [$0.shape[2], $0.shape[0], $0.shape[1]])
      },
      descriptor: ModelRecord.layout(of: run.model.layout), unitLength: run.settings.evaluate.isNormalized)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(configuration) + Data("\n".utf8)
  }
}
