import Foundation

/// The chi-square distribution with a whole number of degrees of freedom.
package enum ChiSquare {
  /// The probability that χ² is at most `x`, exactly, by the finite series for whole degrees of freedom
  /// (Abramowitz and Stegun, 26.4.4 and 26.4.5).
  ///
  /// With h = x/2: for even ν, `1 − e^(−h) · (1 + h + h²/2! + … + h^(ν/2−1)/(ν/2−1)!)`; for odd ν,
  /// `erf √h − e^(−h) · (h^½/Γ(3/2) + h^(3/2)/Γ(5/2) + …)`; each series ends at the power ν/2 − 1.
  package static func probabilityBelow(_ x: Double, degreesOfFreedom: Int) -> Double {
    guard x > 0 else { return 0 }
    let half = x / 2
    let isOdd = degreesOfFreedom % 2 == 1
    var power = isOdd ? 0.5 : 0
    // Of logarithms, since single terms overflow where there are many degrees of freedom.
    var tail = 0.0
    while power <= Double(degreesOfFreedom) / 2 - 1 {
      tail += exp(power * log(half) - half - lgamma(power + 1))
      power += 1
    }
    return max(0, (isOdd ? erf(half.squareRoot()) : 1) - tail)
  }

  /// The x that χ² stays below with the given probability; nil below one degree of freedom, where there is none.
  package static func quantile(probability: Double, degreesOfFreedom: Int) -> Double? {
    guard degreesOfFreedom >= 1, probability > 0, probability < 1 else { return nil }
    return Crossing.of(probability, from: 0) {
      probabilityBelow($0, degreesOfFreedom: degreesOfFreedom)
    }
  }
}

/// Where a function that does not fall reaches a level.
enum Crossing {
  /// The place behind `start` where a function that does not fall reaches `level`, by doubling and then halving, to the last
  /// bit; infinity where it never does.
  static func of(_ level: Double, from start: Double, _ function: (Double) -> Double) -> Double {
    var (low, width) = (start, 1.0)
    while function(low + width) < level {
      low += width
      width *= 2
      if width > 1e12 { return .infinity }
    }
    var high = low + width
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if function(middle) < level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
