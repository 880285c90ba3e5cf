import Foundation
import Runs
import Tensors

/// Writing a trained model as a safetensors file that PyTorch loads.
public enum WeightsExport {
  /// What was written.
  public struct Result: Encodable, Sendable {
    /// The file.
    public let file: String
    /// How many tensors it holds.
    public let tensors: Int
    /// How many numbers they have.
    public let numbers: Int
    /// What was left out: the optimiser's momentum, with the backbone alone also the heads.
    public let leftOut: Int
  }

  /// What keeps a checkpoint from being exported.
  public struct Failure: Error, CustomStringConvertible {
    /// The file and the reason.
    public let description: String
  }

  /// The names of a model's tensors in a checkpoint stand behind this.
  private static let model = "model."
  private static let backbone = "backbone."

  /// Writes the model of a run's checkpoint, whole or not at all.
  ///
  /// Names and shapes are PyTorch's: `backbone.` and torchvision's name, each head under its own name, convolutions as
  /// `[filters, channels, rows, columns]`. There is no `num_batches_tracked`, which `load_state_dict` fills in and
  /// BatchNorm with a momentum never reads.
  ///
  /// - Parameters:
  ///   - run: the run's folder.
  ///   - backboneOnly: writes the backbone alone under torchvision's own names, for torchvision's and timm's ResNets.
  /// - Throws: ``Failure``, `SafeTensorsError`, `TensorFileError` or `RunStoreError`.
  public static func write(_ run: URL, to file: URL, backboneOnly: Bool) throws -> Result {
    let checkpoint = run.appendingPathComponent(RunStore.File.checkpoint.rawValue)
    try SafeTensors.check(checkpoint)
    let stored = try TensorFile(contentsOf: checkpoint)
    let prefix = backboneOnly ? model + backbone : model
    var tensors: [String: StoredTensor] = [:]
    for entry in stored.entries where entry.name.hasPrefix(prefix) {
      tensors[String(entry.name.dropFirst(prefix.count))] = stored.tensor(entry.name)
    }
    guard !tensors.isEmpty else {
      throw Failure(description: "\(checkpoint.path): it holds no tensors '\(prefix)*', so it is no run's checkpoint")
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure(description: "\(file.path): it is a folder; name a file in it")
    }
    // "pt" tells readers that shapes are PyTorch's.
    let contents = SafeTensors(tensors: tensors, metadata: ["format": "pt"])
    try AtomicFile.write(try contents.pieces(), to: file)
    return Result(
      file: file.path, tensors: tensors.count, numbers: tensors.values.reduce(0) { $0 + $1.count },
      leftOut: stored.entries.count - tensors.count)
  }
}
