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

extension Tape {
  /// A map as the tape's precision stores it: rounded to bfloat16, or as it is.
  package func narrowed(_ value: Value) -> Value {
    precision == .bfloat16 && value.tensor.element == .single ? converted(value, to: .bfloat16) : value
  }

  /// A map in single precision, for operations that know nothing else.
  package func widened(_ value: Value) -> Value {
    value.tensor.element == .single ? value : converted(value, to: .single)
  }

  /// Computes with a value as the precision stores it, and gives the result as the value was.
  func inPrecision(_ value: Value, _ compute: (_ value: Value) -> Value) -> Value {
    guard precision == .bfloat16, value.tensor.element == .single else { return compute(value) }
    return widened(compute(narrowed(value)))
  }

  private func converted(_ value: Value, to element: Tensor.Element) -> Value {
    let output = result(engine.empty(value.shape, as: element))
    Elementwise.convert(value.tensor, into: output.tensor, on: engine)
    guard let slot = value.slot else { return output }
    let shape = value.shape
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) {
        Elementwise.convert(dOutput, into: $0, accumulate: $1, on: engine)
      }
    }
    return output
  }
}
