import Foundation

/// Student's t distribution with a whole number of degrees of freedom.
package enum StudentT {
  /// The probability that |T| is at most `t`, exactly, by the finite series for whole degrees of freedom
  /// (Abramowitz and Stegun, 26.7.3 and 26.7.4).
  ///
  /// With θ = atan(t/√ν): for even ν, `sin θ · (1 + ½cos²θ + (1·3)/(2·4)·cos⁴θ + …)`; for odd ν,
  /// `(2/π)·(θ + sin θ · (cos θ + ⅔cos³θ + …))`; each series ends at the power ν − 2.
  static func probabilityWithin(_ t: Double, degreesOfFreedom: Int) -> Double {
    let angle = atan(t / Double(degreesOfFreedom).squareRoot())
    let cosine = cos(angle)
    let isOdd = degreesOfFreedom % 2 == 1
    var sum = 0.0
    var term = isOdd ? cosine : 1
    var power = isOdd ? 1 : 0
    while power <= degreesOfFreedom - 2, sum + term != sum {  // what changes nothing any more is left out
      sum += term
      term *= cosine * cosine * Double(power + 1) / Double(power + 2)
      power += 2
    }
    return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }

  /// The t that |T| stays within with the given probability: half the width of a confidence interval in units of the
  /// standard error. Nil below one degree of freedom, where there is none.
  package static func twoSidedQuantile(probability: Double, degreesOfFreedom: Int) -> Double? {
    guard degreesOfFreedom >= 1, probability > 0, probability < 1 else { return nil }
    return Crossing.of(probability, from: 0) { probabilityWithin($0, degreesOfFreedom: degreesOfFreedom) }
  }
}
