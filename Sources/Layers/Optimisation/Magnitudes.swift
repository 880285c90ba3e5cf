import Tensors

/// How large the numbers of a parameter are, and how they compare with their last step: where bfloat16 could lose something.
package struct Magnitudes: Sendable {
  /// The smallest magnitude above zero and the largest; zeros where all are zero.
  package let weight: ClosedRange<Float>
  /// The same of the gradient of the last step.
  package let gradient: ClosedRange<Float>
  /// The share of weights whose last step, rate · momentum, is no zero and below half a unit in bfloat16's last place: a weight
  /// in bfloat16 would stay where it is. Weights are in single precision, and take the step.
  package let stepsBelowPlace: Double

  /// Looks at a parameter after a step.
  ///
  /// - Parameter rate: the step's learning rate for its group.
  package init(of parameter: Parameter, rate: Double, on engine: Engine) {
    let (w, g, m) = (parameter.value.pointer, parameter.gradient.pointer, parameter.momentum.pointer)
    let rate = Float(rate * parameter.rate)
    let split = Split(count: parameter.value.count, grain: 1 << 15)
    var parts = [(weight: Extent, gradient: Extent, below: Int)](
      repeating: (Extent(), Extent(), 0), count: split.chunks)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts
      engine.parallel(split.chunks) { chunk, _ in
        var (weight, gradient, below) = (Extent(), Extent(), 0)
        for i in split[chunk] {
          weight.take(w[i].magnitude)
          gradient.take(g[i].magnitude)
          let step = (rate * m[i]).magnitude
          // The power of two at or below the weight, over 2⁸.
          let half = Float(bitPattern: w[i].bitPattern & 0x7f80_0000) * (1 / 256)
          below &+= step > 0 && step < half ? 1 : 0
        }
        parts[chunk] = (weight, gradient, below)
      }
    }
    weight = parts.reduce(into: Extent()) { $0.take($1.weight) }.range
    gradient = parts.reduce(into: Extent()) { $0.take($1.gradient) }.range
    stepsBelowPlace = Double(parts.reduce(0) { $0 + $1.below }) / Double(max(1, parameter.value.count))
  }

  /// The smallest and the largest magnitude so far, zeros aside.
  private struct Extent {
    var smallest = Float.infinity
    var largest = Float(0)

    @inline(__always)
    mutating func take(_ magnitude: Float) {
      smallest = magnitude > 0 && magnitude < smallest ? magnitude : smallest
      largest = magnitude > largest ? magnitude : largest
    }

    mutating func take(_ other: Extent) {
      (smallest, largest) = (min(smallest, other.smallest), max(largest, other.largest))
    }

    var range: ClosedRange<Float> { largest > 0 ? smallest...largest : 0...0 }
  }
}
