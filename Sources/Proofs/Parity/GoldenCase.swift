import Configuration
import Foundation
import Layers
import Tensors

/// A golden case of any kind: its numbers, and beside them what they are.
package enum GoldenCase {
  /// What a case is of.
  enum Kind: String, CaseIterable {
    /// A model: its numbers before some steps and after them.
    case model
    /// Files of joints and labels, and what a reader gets from them.
    case cues
  }

  /// Reads a case and replays it.
  ///
  /// - Throws: an error that names the file and the key or the tensor, where it cannot be.
  package static func replay(
    contentsOf url: URL, on engine: Engine, policy: ComputePolicy = .automatic
  ) throws -> ParityResult {
    let table = try MethodTable.ours()
    let tensors = try SafeTensors(contentsOf: url).tensors
    let description = try CaseDescription.read(url.deletingPathExtension().appendingPathExtension("json"))
    switch try table.kind(of: description[present: "method"]) {
    case .model: return try ParityCase(contentsOf: url, table: table).replay(on: engine, policy: policy)
    case .cues: return try CueCase(description, tensors).replay()
    }
  }
}
