import Tensors

/// What the maps of a network are stored as and what its products are made of.
///
/// Sums, BatchNorm's statistics, losses, parameters, their gradients and momentum are in single precision either way.
package enum Precision: String, Sendable, CaseIterable {
  /// Single precision throughout.
  case single = "fp32"
  /// Maps of convolutions, their gradients, and the operands of convolutions and linear maps are rounded to bfloat16, to
  /// nearest even, each once: when it is written, or when it is multiplied.
  case bfloat16 = "bf16"
}

extension Precision {
  /// A tensor in single precision as an operand of a product: its numbers rounded, or as they are.
  func operand(_ tensor: Tensor, on engine: Engine) -> Tensor {
    self == .bfloat16 ? Elementwise.rounded(tensor, on: engine) : tensor
  }
}
