import Foundation
import Runs
import Support
import Tensors

/// Writing a trained model, or one of a checkpoint's networks, as a safetensors file that PyTorch loads.
package enum WeightsExport {
  /// What was written.
  package struct Result: Encodable, Sendable {
    /// The file.
    package let file: String
    /// How many tensors it holds.
    package let tensors: Int
    /// How many numbers they have.
    package let numbers: Int
    /// How many tensors were left out: the optimiser's momentum, with the backbone alone also the heads.
    package let leftOut: Int
  }

  /// What keeps a checkpoint from being exported.
  package struct Failure: Error, CustomStringConvertible {
    /// The file and the reason.
    package let description: String
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
  /// - Throws: ``Failure``, `PlainError`, `PlainError` or `FileError`.
  package static func write(_ run: URL, to file: URL, backboneOnly: Bool) throws -> Result {
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
    return try write(tensors, to: file, leftOut: stored.entries.count - tensors.count)
  }

  /// Writes the tensors of a file whose names begin with a prefix, under the names behind it, whole or not at all: one of
  /// several networks that a checkpoint holds.
  ///
  /// - Parameter prefix: what the names begin with, up to a dot, which may be left out here.
  /// - Throws: ``Failure`` where no name begins so, `PlainError` or `FileError`.
  package static func extract(_ source: URL, prefix: String, to file: URL) throws -> Result {
    let stored = try TensorFile(contentsOf: source)
    let prefix = prefix.isEmpty || prefix.hasSuffix(".") ? prefix : prefix + "."
    var tensors: [String: StoredTensor] = [:]
    for entry in stored.entries where entry.name.hasPrefix(prefix) && entry.name.count > prefix.count {
      tensors[String(entry.name.dropFirst(prefix.count))] = stored.tensor(entry.name)
    }
    guard !tensors.isEmpty else {
      let known = Set(stored.entries.map { $0.name.split(separator: ".").dropLast().prefix(2).joined(separator: ".") })
      throw Failure(
        description: Wording.unknown(
          "\(source.path): no tensor's name begins with \(Wording.quoted(prefix))", prefix,
          among: known.filter { !$0.isEmpty }.sorted().prefix(20).map { $0 + "." }))
    }
    return try write(tensors, to: file, leftOut: stored.entries.count - tensors.count)
  }

  private static func write(_ tensors: [String: StoredTensor], to file: URL, leftOut: Int) throws -> Result {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure(description: "\(file.path): it is a folder; name a file in it")
    }
    // "pt" tells readers that shapes are PyTorch's.
    let contents = SafeTensors(tensors: tensors, metadata: ["format": "pt"])
    try AtomicFile.write(try contents.pieces(), to: file)
    return Result(
      file: file.path, tensors: tensors.count, numbers: tensors.values.reduce(0) { $0 + $1.count }, leftOut: leftOut)
  }
}
