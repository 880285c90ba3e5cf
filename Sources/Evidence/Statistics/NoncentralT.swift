import Foundation

/// The noncentral t distribution: of (Z + δ) / √(χ²/ν), with Z standard normal and χ² of ν degrees of freedom beside it.
///
/// It is what the t statistic follows where there is a true difference, δ being that difference in standard errors, and so
/// gives the power of a t test.
package enum NoncentralT {
  /// Panels of Simpson's rule; twice as many change nothing before the tenth decimal.
  private static let panels = 2000

  /// The probability that T is at most `t`.
  ///
  /// From the definition: given s = √(χ²/ν), T ≤ t where Z ≤ t·s − δ, so that it is the integral of
  /// `Φ(t·s − δ) · f(s)` over the density f of s, `2·ν·s · g(ν·s²)` with g that of χ² (Johnson, Kotz and Balakrishnan,
  /// Continuous Univariate Distributions 2, 1995, chapter 31). Both factors are smooth and the range is short.
  package static func probabilityBelow(_ t: Double, degreesOfFreedom: Int, noncentrality: Double)
    -> Double
  {
    let freedom = Double(degreesOfFreedom)
    // s has a mean near 1 and a deviation near 1/√(2ν); beyond ten deviations nothing is left.
    let reach = 10 / (2 * freedom).squareRoot()
    let (low, high) = (max(0, 1 - reach), 1 + reach)
    // log of 2·(ν/2)^(ν/2) / Γ(ν/2), the density's constant.
    let constant = log(2) + freedom / 2 * log(freedom / 2) - lgamma(freedom / 2)
    func value(_ s: Double) -> Double {
      guard s > 0 else {
        return degreesOfFreedom == 1 ? exp(constant) * normalBelow(-noncentrality) : 0
      }
      let density = exp(constant + (freedom - 1) * log(s) - freedom * s * s / 2)
      return density * normalBelow(t * s - noncentrality)
    }
    let step = (high - low) / Double(panels)
    var sum = value(low) + value(high)
    for panel in 1..<panels { sum += (panel % 2 == 1 ? 4 : 2) * value(low + Double(panel) * step) }
    return min(1, max(0, sum * step / 3))
  }

  /// Φ(z), the standard normal probability below z.
  static func normalBelow(_ z: Double) -> Double { 0.5 * erfc(-z * 0.5.squareRoot()) }
}
