/// Central finite differences of a double-precision function, the yardstick of every gradient.
///
///     ∂f/∂x_i ≈ (f(x + h·e_i) − f(x − h·e_i)) / 2h        f = Σ cotangent · output
///
/// `f` runs a plain-loop oracle in double precision, so with `h` = 1e-5 the differences are good to some 1e-9 of the
/// largest gradient wherever `f` is smooth. It must have no kink (a ReLU at 0, a tied maximum) within `h` of `x`; see
/// ``TestNumbers/silenced(_:near:within:)``.
package enum GradientCheck {
  /// How far each input is moved.
  package static let step = 1e-5

  /// The gradient of `function` at `x`.
  package static func differences(at x: [Double], _ function: ([Double]) -> Double) -> [Double] {
    var x = x
    return x.indices.map { index in
      let middle = x[index]
      x[index] = middle + step
      let above = function(x)
      x[index] = middle - step
      let below = function(x)
      x[index] = middle
      return (above - below) / (2 * step)
    }
  }

  /// Checks a gradient against the differences of `function` at `x`, within `tolerance` of the largest one. The default
  /// is what single precision leaves of a gradient of a few hundred terms.
  ///
  /// - Throws: ``Disagreement`` that names the furthest number.
  package static func check(
    _ what: String, _ gradient: [Float], at x: [Double], within tolerance: Double = 2e-5,
    of function: ([Double]) -> Double
  ) throws {
    try Agreement.check(what, gradient, differences(at: x, function), within: tolerance)
  }

  /// `Σ cotangent · output`: one number whose gradient is what a reverse pass from `cotangent` gives.
  package static func contraction(_ cotangent: [Double], _ output: [Double]) -> Double {
    precondition(cotangent.count == output.count, "\(cotangent.count) cotangents for \(output.count) outputs")
    return zip(cotangent, output).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
