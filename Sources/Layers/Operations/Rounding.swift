import Tensors

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
    let (shape, tensor) = (value.shape, engine.empty(value.shape, as: element))
    Elementwise.convert(value.tensor, into: tensor, on: engine)
    // Images want no gradient, and a slot here would have the stem compute it, a tenth of a training step.
    guard let slot = value.slot else { return input(tensor) }
    let output = result(tensor)
    record(output) { [engine] dOutput in
      slot.accumulate(shape: shape, on: engine) {
        Elementwise.convert(dOutput, into: $0, accumulate: $1, on: engine)
      }
    }
    return output
  }
}
