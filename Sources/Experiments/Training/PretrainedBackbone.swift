import Foundation
import Models
import Tensors

/// Weights for a backbone from a safetensors file under torchvision's names.
enum PretrainedBackbone {
  /// Loads every parameter and running statistic of the backbone. What else the file holds (`fc.*`) is left out.
  ///
  /// - Throws: `SafeTensorsError` or `ModelError` that names the file and the tensor that does not fit.
  static func load(_ path: String, into model: AANet) throws {
    let stored = try SafeTensors(contentsOf: URL(fileURLWithPath: path))
    do { try model.loadBackbone(stored.tensors) } catch {
      throw ModelError("\(path): \(error.description)")
    }
  }
}
