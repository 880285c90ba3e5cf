import Tensors

/// What the maps of a network are stored as and what its products are made of.
///
/// Sums, BatchNorm's statistics, losses, parameters, their gradients and momentum are in single precision either way.
package enum Precision: String, Sendable, CaseIterable {
  /// Single precision throughout.
  case single = "fp32"
  /// Maps of convolutions, their gradients, and the operands of convolutions and linear maps are rounded to bfloat16, to
  /// nearest even, each once: when it is written, or when it is multiplied. What Winograd's form multiplies is made of
  /// rounded numbers, in single precision.
  case bfloat16 = "bf16"

  /// Part of the hash of runs that use bfloat16, and of no others. Raise it when their results change for the same settings
  /// and those of runs in single precision do not; where both change, the engine's version does.
  ///
  /// 2: 3×3 convolutions of stride 1 are computed by Winograd's form in single precision, rounded where the others are.
  package static let bfloat16Version = "2"
}

extension Precision {
  /// That of a tensor's numbers.
  init(of tensor: Tensor) { self = tensor.element == .bfloat16 ? .bfloat16 : .single }

  /// What maps are stored as.
  var element: Tensor.Element { self == .bfloat16 ? .bfloat16 : .single }

  /// A tensor in single precision as an operand of a product: its numbers rounded, or as they are.
  func operand(_ tensor: Tensor, on engine: Engine) -> Tensor {
    self == .bfloat16 ? Elementwise.rounded(tensor, on: engine) : tensor
  }
}
